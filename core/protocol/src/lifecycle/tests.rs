use proptest::prelude::*;

use super::*;

const STATES: [Lifecycle; 9] = [
    Lifecycle::Open,
    Lifecycle::Pausing { reopen: false },
    Lifecycle::Pausing { reopen: true },
    Lifecycle::Closing { reopen: false },
    Lifecycle::Closing { reopen: true },
    Lifecycle::Paused,
    Lifecycle::ShuttingDown { drained: false },
    Lifecycle::ShuttingDown { drained: true },
    Lifecycle::ShutDown,
];

const CALLS: [Event; 3] = [Event::Pause, Event::Resume, Event::ShutDown];

/// State by event: `state · pause · resume · shut down · drained · files closed`.
#[test]
fn the_table_of_states_and_events() {
    let table: Vec<String> = STATES
        .iter()
        .map(|state| {
            let row = [
                Event::Pause,
                Event::Resume,
                Event::ShutDown,
                Event::Drained,
                Event::FilesClosed,
            ]
            .map(|event| {
                let (next, effects) = state.on(event);
                format!("{event:?} → {next:?} {effects:?}")
            });
            format!("{state:?}\n  {}", row.join("\n  "))
        })
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

/// Carries effects out as the client does, and remembers who waits.
#[derive(Default)]
struct Hands {
    waiting: [usize; 3],
    answered: [usize; 3],
    draining: bool,
    closing: bool,
    open_files: bool,
    released: bool,
}

impl Hands {
    fn run(&mut self, effects: &[Effect], state: Lifecycle) {
        for effect in effects {
            let mut answer = |call: usize| {
                self.answered[call] += std::mem::take(&mut self.waiting[call]);
            };
            match effect {
                Effect::Abort => self.draining = true,
                Effect::CloseFiles => self.closing = true,
                Effect::ReopenFiles => self.open_files = true,
                Effect::ReleaseDirectory => {
                    assert!(!self.open_files, "released with open files");
                    self.released = true;
                }
                Effect::AnswerPause => {
                    assert!(
                        !self.open_files,
                        "a pause answered with open files: {state:?}"
                    );
                    answer(0);
                }
                Effect::AnswerResume => {
                    assert_eq!(state, Lifecycle::Open);
                    answer(1);
                }
                Effect::RefuseResume => {
                    assert_ne!(state, Lifecycle::Open);
                    answer(1);
                }
                Effect::AnswerShutDown => {
                    assert!(self.released);
                    answer(2);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Calls overlap in any order with the ends of draining and closing: each is answered, none twice, and files are
    /// closed whenever a pause is answered.
    #[test]
    fn every_call_is_answered_whatever_overlaps(steps in prop::collection::vec(0_usize..5, 0..40)) {
        let mut state = Lifecycle::Open;
        let mut hands = Hands { open_files: true, ..Hands::default() };
        let mut called = [0; 3];
        let mut turn = |state: &mut Lifecycle, hands: &mut Hands, step: usize| {
            let event = match step {
                0..3 => {
                    hands.waiting[step] += 1;
                    called[step] += 1;
                    CALLS[step]
                }
                3 if std::mem::take(&mut hands.draining) => Event::Drained,
                4 if std::mem::take(&mut hands.closing) => {
                    hands.open_files = false;
                    Event::FilesClosed
                }
                _ => return,
            };
            let (next, effects) = state.on(event);
            *state = next;
            hands.run(&effects, next);
        };
        for step in steps {
            turn(&mut state, &mut hands, step);
        }
        for step in [3, 4, 3, 4] {
            turn(&mut state, &mut hands, step);
        }
        prop_assert_eq!(hands.waiting, [0; 3]);
        prop_assert_eq!(hands.answered, called);
        prop_assert!(matches!(state, Lifecycle::Open | Lifecycle::Paused | Lifecycle::ShutDown));
        prop_assert_eq!(state == Lifecycle::Open, hands.open_files);
    }
}
