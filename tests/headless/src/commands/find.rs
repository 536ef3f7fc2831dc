//! Searching as one types: the newest hits after every key, and the conversation around the one that is chosen.

use std::io::{self, Write};
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::{cursor, queue, terminal};
use pericard::{Messages, SearchHit};
use pericard_protocol::search_text;

use super::inbox;
use crate::failure::Failure;
use crate::output::{Output, QUIET, STRONG, one_line};
use crate::pager;
use crate::render::{self, Marks};

/// Hits that are asked for: more than a screen has.
const HITS: u32 = 40;
/// Messages around the one that is chosen.
const AROUND: u32 = 15;

/// What is typed, and what is chosen of what was found.
#[derive(Default)]
struct Typing {
    text: String,
    hits: Vec<SearchHit>,
    chosen: usize,
}

/// What a key does.
#[derive(Debug, PartialEq, Eq)]
enum Key {
    /// The text is another one.
    Typed,
    Moved,
    Opened,
    Left,
    Nothing,
}

/// Asks, and shows what is chosen at the end.
pub(super) async fn as_one_types(messages: &Messages, output: &Output) -> Result<(), Failure> {
    let chosen = {
        let _screen = Screen::take().map_err(|error| Failure::io("use the terminal", error))?;
        ask(messages, output).await?
    };
    let Some((hit, text)) = chosen else {
        return Ok(());
    };
    let thread = messages.thread(hit.message.thread.clone()).await?;
    let page = messages.messages_around(hit.message.id, AROUND).await?;
    let marks = Marks {
        find: search_text::query(&text),
        ..Marks::default()
    };
    let lines = inbox::conversation(messages, &thread, page, &marks, output).await?;
    pager::show(output, &lines);
    Ok(())
}

async fn ask(messages: &Messages, output: &Output) -> Result<Option<(SearchHit, String)>, Failure> {
    let mut typing = Typing::default();
    loop {
        draw(&typing, output).map_err(|error| Failure::io("write to the terminal", error))?;
        let mut typed = false;
        for event in events().await? {
            match typing.on(&event) {
                Key::Typed => typed = true,
                Key::Opened => {
                    let hit = typing.hits.into_iter().nth(typing.chosen);
                    return Ok(hit.map(|hit| (hit, typing.text)));
                }
                Key::Left => return Ok(None),
                Key::Moved | Key::Nothing => {}
            }
        }
        if typed {
            let found = messages.search(typing.text.clone(), None, HITS).await;
            // What is too long to be searched for finds nothing.
            typing.hits = found.map(|page| page.hits).unwrap_or_default();
            typing.chosen = 0;
        }
    }
}

/// The next key, and those that were typed meanwhile: a search for what is out of date already would only be in the way.
async fn events() -> Result<Vec<Event>, Failure> {
    let read = || {
        let mut events = vec![event::read()?];
        while event::poll(Duration::ZERO)? {
            events.push(event::read()?);
        }
        Ok(events)
    };
    let read = tokio::task::spawn_blocking(read).await;
    let read = read.unwrap_or_else(|error| Err(io::Error::other(error)));
    read.map_err(|error| Failure::io("read the terminal", error))
}

impl Typing {
    fn on(&mut self, event: &Event) -> Key {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(*key),
            Event::Paste(text) => {
                self.text.push_str(&one_line(text));
                Key::Typed
            }
            _ => Key::Nothing,
        }
    }

    fn key(&mut self, key: KeyEvent) -> Key {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Esc => Key::Left,
            KeyCode::Char('c' | 'd') if control => Key::Left,
            KeyCode::Char('u') if control => {
                self.text.clear();
                Key::Typed
            }
            KeyCode::Char(c) if !control => {
                self.text.push(c);
                Key::Typed
            }
            KeyCode::Backspace => {
                self.text.pop();
                Key::Typed
            }
            KeyCode::Up => {
                self.chosen = self.chosen.saturating_sub(1);
                Key::Moved
            }
            KeyCode::Down => {
                self.chosen = (self.chosen + 1).min(self.hits.len().saturating_sub(1));
                Key::Moved
            }
            KeyCode::Enter if !self.hits.is_empty() => Key::Opened,
            _ => Key::Nothing,
        }
    }
}

fn draw(typing: &Typing, output: &Output) -> io::Result<()> {
    // Some terminals do not say how large they are.
    let height = match terminal::size()? {
        (_, 0) => 24,
        (_, height) => height,
    };
    let room = usize::from(height).saturating_sub(3);
    let mut screen = io::stderr().lock();
    queue!(
        screen,
        cursor::MoveTo(0, 0),
        terminal::Clear(terminal::ClearType::All)
    )?;
    let hint = match (typing.text.is_empty(), typing.hits.len()) {
        (true, _) => "Type to search. Esc leaves.".to_owned(),
        (false, 0) => "No message contains all of these words.".to_owned(),
        (false, _) => "Up and down choose, Enter opens, Esc leaves.".to_owned(),
    };
    write!(screen, "{}\r\n\r\n", output.paint(QUIET, hint))?;
    let mut lines = Vec::new();
    for (n, hit) in typing.hits.iter().enumerate() {
        let mark = if n == typing.chosen { "▸" } else { " " };
        for line in render::hits(output, std::slice::from_ref(hit), |_| None) {
            lines.push((
                n,
                format!("{} {}", output.paint(STRONG, mark), line.trim_start()),
            ));
        }
    }
    // The chosen one is always seen.
    let from = lines.iter().rposition(|(n, _)| *n == typing.chosen);
    let from = from.map_or(0, |last| (last + 1).saturating_sub(room));
    for (_, line) in lines.iter().skip(from).take(room) {
        write!(screen, "{line}\r\n")?;
    }
    let text = output.paint(STRONG, "Search: ") + &typing.text;
    queue!(screen, cursor::MoveTo(0, height.saturating_sub(1)))?;
    write!(screen, "{text}")?;
    screen.flush()
}

/// The terminal while it is ours; as it was, however this ends.
struct Screen;

impl Screen {
    fn take() -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        let screen = Self;
        crossterm::execute!(
            io::stderr(),
            terminal::EnterAlternateScreen,
            event::EnableBracketedPaste
        )?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = crossterm::execute!(
            io::stderr(),
            event::DisableBracketedPaste,
            terminal::LeaveAlternateScreen
        );
        let _ = terminal::disable_raw_mode();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(typing: &mut Typing, code: KeyCode) -> Key {
        typing.on(&Event::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    #[test]
    fn what_is_typed_can_be_corrected_and_left() {
        let mut typing = Typing::default();
        for c in "blod".chars() {
            assert_eq!(press(&mut typing, KeyCode::Char(c)), Key::Typed);
        }
        press(&mut typing, KeyCode::Backspace);
        typing.on(&Event::Paste("od\npressure".into()));
        assert_eq!(typing.text, "blood pressure");
        assert_eq!(press(&mut typing, KeyCode::Enter), Key::Nothing);
        assert_eq!(press(&mut typing, KeyCode::Down), Key::Moved);
        assert_eq!(typing.chosen, 0);
        assert_eq!(press(&mut typing, KeyCode::Esc), Key::Left);
    }
}
