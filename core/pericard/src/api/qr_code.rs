//! QR codes, for secrets that another device scans.

use std::sync::Arc;

use pericard_protocol::qr;

use crate::platform::error::{InputProblem, PericardError};

/// A QR code (ISO/IEC 18004), for example of `TotpSecret.uri`.
///
/// Draw it from `modules`, or take it as SVG or as text for a terminal. Offer the secret as text beside it: who uses the
/// same device for both cannot scan.
#[derive(uniffi::Object)]
pub struct QrCode {
    code: qr::QrCode,
}

#[uniffi::export]
impl QrCode {
    /// Encodes `text`. Memory only. Fails with `InvalidInput` (`text`, `TooLong`) for more than a code can hold.
    #[uniffi::constructor]
    pub fn new(text: String) -> Result<Arc<Self>, PericardError> {
        let text = zeroize::Zeroizing::new(text);
        let code = qr::QrCode::encode(&text)
            .map_err(|_| PericardError::input("text", InputProblem::TooLong))?;
        Ok(Arc::new(Self { code }))
    }

    /// Modules per side, without the quiet zone of four that has to surround them.
    pub fn side(&self) -> u32 {
        u32::try_from(self.code.side()).unwrap_or_default()
    }

    /// The modules row by row, 1 for dark and 0 for light: `side` times `side` bytes.
    pub fn modules(&self) -> Vec<u8> {
        let side = self.code.side();
        (0..side * side)
            .map(|at| u8::from(self.code.is_dark(at % side, at / side)))
            .collect()
    }

    /// As an SVG image with its quiet zone, black on white whatever the theme: scanners need the contrast.
    pub fn svg(&self) -> String {
        self.code.svg()
    }

    /// As text for a terminal, two modules per character, readable on dark and on light ones.
    pub fn terminal(&self) -> String {
        self.code.terminal()
    }
}
