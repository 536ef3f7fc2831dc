//! What the runners of the stories say, one line a story, alike in three languages:
//!
//! ```text
//! story ok A message typed offline arrives exactly once
//! story FAILED A lost answer<TAB>step 4: message m1 is queued, not sent
//! story skipped Killed at a crash point<TAB>kill is for Rust alone
//! ```

use crate::counts::Counts;

/// How one story went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Ok,
    Failed(String),
    Skipped(String),
}

/// One story in one language.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Story {
    pub(crate) name: String,
    pub(crate) ending: Ending,
}

/// The stories in a runner's output; other lines are other people's.
pub(crate) fn read(text: &str) -> Vec<Story> {
    text.lines()
        .filter_map(|line| {
            let (_, line) = line.split_once("story ")?;
            let (word, rest) = line.split_once(' ')?;
            let (name, why) = rest.split_once('\t').unwrap_or((rest, ""));
            let ending = match word {
                "ok" => Ending::Ok,
                "FAILED" => Ending::Failed(why.trim().to_owned()),
                "skipped" => Ending::Skipped(why.trim().to_owned()),
                _ => return None,
            };
            Some(Story {
                name: name.trim().to_owned(),
                ending,
            })
        })
        .collect()
}

/// The failed ones, a line each with the reason under it.
pub(crate) fn failures(stories: &[Story]) -> String {
    let mut text = String::new();
    for story in stories {
        if let Ending::Failed(why) = &story.ending {
            text += &format!("✗ {}\n    {why}\n", story.name);
        }
    }
    text
}

/// Their sum.
pub(crate) fn count(stories: &[Story]) -> Counts {
    stories.iter().fold(Counts::default(), |sum, story| {
        sum + match story.ending {
            Ending::Ok => Counts {
                passed: 1,
                ..Counts::default()
            },
            Ending::Failed(_) => Counts {
                failed: 1,
                ..Counts::default()
            },
            Ending::Skipped(_) => Counts {
                skipped: 1,
                ..Counts::default()
            },
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_others_left() {
        let stories = read(
            "[INFO] story ok One: two\nstory FAILED Three\tstep 4: no\nstory skipped Four\nThe story goes on\n",
        );
        let story = |name: &str, ending| Story {
            name: name.to_owned(),
            ending,
        };
        assert_eq!(
            stories,
            [
                story("One: two", Ending::Ok),
                story("Three", Ending::Failed("step 4: no".to_owned())),
                story("Four", Ending::Skipped(String::new())),
            ]
        );
        assert_eq!(
            count(&stories),
            Counts {
                passed: 1,
                failed: 1,
                skipped: 1
            }
        );
    }
}
