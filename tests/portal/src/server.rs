//! The TLS listener: HTTP/1.1 on loopback, all of it gone when the handle is dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Marks a response that must not be sent: the connection closes instead, without an answer.
///
/// The listener does so; whoever calls [`crate::Portal::router`] in process finds it among the
/// response's extensions and has to treat it as a closed connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hangup;

/// Stops listening, and closes every connection, when dropped.
pub(crate) struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Binds loopback; port 0 takes a free one.
pub(crate) async fn bind(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves the router, over TLS if there is a configuration for it.
pub(crate) fn serve(
    listener: TcpListener,
    tls: Option<Arc<rustls::ServerConfig>>,
    router: Router,
) -> Listening {
    let tls = tls.map(TlsAcceptor::from);
    Listening(tokio::spawn(async move {
        // Dropping the set with this task closes what is still open.
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            while connections.try_join_next().is_some() {}
            connections.spawn(connection(stream, tls.clone(), router.clone()));
        }
    }))
}

/// What a client does wrong below HTTP ends its connection and concerns nobody else.
async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, router: Router) {
    let _ = stream.set_nodelay(true);
    match tls {
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                http(TokioIo::new(stream), router).await;
            }
        }
        None => http(TokioIo::new(stream), router).await,
    }
}

async fn http<S>(stream: S, router: Router)
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin,
{
    let service = service_fn(|request: Request<Incoming>| {
        let router = router.clone();
        async move {
            let answer = match router.oneshot(request.map(Body::new)).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            if answer.extensions().get::<Hangup>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionReset));
            }
            Ok(answer)
        }
    });
    let _ = http1::Builder::new()
        .serve_connection(stream, service)
        .await;
}
