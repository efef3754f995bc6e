//! The actors: a thread that asks for its next step, and the memory that runs it.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use stateright::actor::{Actor, Id, Out};

use crate::machine::program::ThreadId;
use crate::machine::{Machine, Scratch};

/// An actor. The threads have the ids of their numbers, the memory has the next one.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// A thread of the listing.
    Thread(Arc<Machine>, ThreadId),
    /// The shared memory.
    Memory(Arc<Machine>),
}

/// What threads and memory say to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    /// Thread to memory: run my step from here.
    Step {
        /// The thread's position.
        position: u32,
        /// Which outcome of `choose`.
        outcome: u32,
    },
    /// Memory to thread: you are here now.
    At {
        /// The thread's new position, 0 for its end.
        position: u32,
    },
}

/// The state of an actor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum NodeState {
    /// A thread knows its position.
    Thread(u32),
    /// The memory knows everything else.
    Memory(Memory),
}

/// A packed state of the machine.
#[derive(Clone)]
pub struct Memory {
    machine: Arc<Machine>,
    words: Box<[u64]>,
}

impl Memory {
    /// The machine whose state it is.
    pub(crate) fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The packed words.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Where a thread stands.
    pub(crate) fn position(&self, thread: ThreadId) -> u32 {
        self.machine.layout.position[thread].load(&self.words) as u32
    }

    /// The memory after a step, if the thread has that step.
    fn after(&self, thread: ThreadId, outcome: u32) -> Option<Memory> {
        let mut words = self.words.clone();
        let mut scratch = Scratch::new(&self.machine);
        let taken = self
            .machine
            .take(&self.words, thread, outcome, &mut words, &mut scratch);
        taken.then(|| Memory {
            machine: Arc::clone(&self.machine),
            words,
        })
    }
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.words == other.words
    }
}

impl Eq for Memory {}

impl Hash for Memory {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.words.hash(hasher);
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x?}", self.words)
    }
}

/// The name under which a thread keeps its choice between outcomes.
pub(super) const OUTCOME: &str = "outcome";

impl Actor for Node {
    type Msg = Message;
    type State = NodeState;
    type Timer = ();
    type Random = u32;
    type Storage = ();

    fn on_start(&self, _: Id, _: &Option<()>, out: &mut Out<Self>) -> NodeState {
        match self {
            Node::Thread(machine, thread) => {
                let position = machine.layout.position[*thread].load(&machine.initial()) as u32;
                ask(machine, *thread, position, out);
                NodeState::Thread(position)
            }
            Node::Memory(machine) => NodeState::Memory(Memory {
                machine: Arc::clone(machine),
                words: machine.initial().into(),
            }),
        }
    }

    fn on_msg(&self, _: Id, state: &mut Cow<NodeState>, from: Id, message: Message, out: &mut Out<Self>) {
        match (self, &**state, message) {
            (Node::Memory(_), NodeState::Memory(memory), Message::Step { outcome, .. }) => {
                let thread = usize::from(from);
                if let Some(after) = memory.after(thread, outcome) {
                    let position = after.position(thread);
                    *state = Cow::Owned(NodeState::Memory(after));
                    out.send(from, Message::At { position });
                }
            }
            (Node::Thread(machine, thread), NodeState::Thread(before), Message::At { position }) => {
                if *before != position {
                    *state = Cow::Owned(NodeState::Thread(position));
                }
                ask(machine, *thread, position, out);
            }
            // Threads ask and the memory answers, never the other way round.
            _ => {}
        }
    }

    fn on_random(&self, _: Id, state: &mut Cow<NodeState>, outcome: &u32, out: &mut Out<Self>) {
        if let (Node::Thread(machine, _), NodeState::Thread(position)) = (self, &**state) {
            send(machine, *position, *outcome, out);
        }
    }

    fn name(&self) -> String {
        match self {
            Node::Thread(machine, thread) => machine.program.threads[*thread].name.clone(),
            Node::Memory(_) => "memory".to_string(),
        }
    }
}

/// The id of the memory.
pub(super) fn memory_id(machine: &Machine) -> Id {
    Id::from(machine.program.threads.len())
}

/// A thread asks for its next step, or first chooses between its outcomes; at its end it falls silent.
fn ask(machine: &Machine, thread: ThreadId, position: u32, out: &mut Out<Node>) {
    let Some(point) = position.checked_sub(1) else { return };
    match machine.program.threads[thread].points[point as usize].outcomes {
        0 | 1 => send(machine, position, 0, out),
        outcomes => out.choose_random(OUTCOME, (0..outcomes).collect()),
    }
}

fn send(machine: &Machine, position: u32, outcome: u32, out: &mut Out<Node>) {
    out.send(memory_id(machine), Message::Step { position, outcome });
}
