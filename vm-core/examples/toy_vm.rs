//! A VM in a page, built on vm-core alone: two threads run one program of six opcodes, each on bytecode that it specializes itself, while
//! the main thread stops them, reads their private counters, turns an event on in their code and off again.
//!
//! `cargo run -p vm-core --example toy_vm`

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

use std::sync::Arc;

use vm_core::backoff::Backoff;
use vm_core::breaker::event;
use vm_core::code::{CodeCopies, INSTRUMENTED, deinstrument, encode, opcode, operands, reload, specialize};
use vm_core::isa::toy::{ADD, ADD_INT, JUMP_BACKWARD, RESUME, RETURN, Toy};
use vm_core::runtime::{Interpreter, Runtime, RuntimeConfig, ThreadCore};
use vm_core::sync::{AtomicBool, AtomicU64, Ordering, RaceCell, thread};
use vm_core::world::{Attached, WorldStopped};

/// Where the backward jump of the program stands.
const JUMP_AT: usize = 4;

/// `do { r0 += r1 } while r2 is 0`; register 2 is set from outside.
fn program() -> CodeCopies {
    CodeCopies::new(
        [
            encode(RESUME, 0, 0, 0),
            encode(ADD, 0, 0, 1),
            0,
            0,
            encode(JUMP_BACKWARD, 2, 1, 0),
            0,
            encode(RETURN, 0, 0, 0),
        ]
        .map(AtomicU64::new)
        .into(),
    )
}

/// What a thread counts. Its own while it is attached, anyone's in a pause; a plain cell, no atomics.
#[derive(Default)]
struct Counts {
    additions: u64,
    events: u64,
    version: u64,
}

/// One thread of the toy: its kernel part and its private counts.
struct ToyThread {
    core: Arc<ThreadCore>,
    counts: RaceCell<Counts>,
}

/// What the threads share.
struct Shared {
    interp: Arc<Interpreter>,
    code: CodeCopies,
    done: AtomicBool,
}

impl ToyThread {
    /// Changes the counts: the owner's way in.
    fn count(&self, _proof: &Attached<'_>, change: impl FnOnce(&mut Counts)) {
        // SAFETY: the owner is attached, so no pause reads, and nobody else calls this (one OS thread runs each ToyThread).
        self.counts.with_mut(|counts| change(unsafe { &mut *counts }));
    }

    /// Reads the counts: everybody else's way in.
    fn read<R>(&self, _proof: &WorldStopped<'_>, look: impl FnOnce(&Counts) -> R) -> R {
        // SAFETY: the world is stopped, so the owner does not run.
        self.counts.with(|counts| look(unsafe { &*counts }))
    }

    /// The safepoint: stops when asked, and brings its code up to date when the instrumentation changed.
    #[cold]
    fn serve(&self, me: &Attached<'_>, shared: &Shared) {
        if me.thread().breaker().events() & event::STOP != 0 {
            me.poll();
        }
        if me.thread().breaker().events() & event::RECHECK != 0 {
            let version = me.thread().breaker().take_version();
            // Odd versions want the event of the jump, even ones do not: a real VM would read its tables here. Turning off is not
            // done here: that takes a pause, and the type of `deinstrument` says so.
            if version % 2 == 1 {
                shared.code.lock().instrument(JUMP_AT);
            }
            self.count(me, |counts| counts.version = version);
        }
    }

    /// The dispatch loop.
    fn run(&self, me: &Attached<'_>, shared: &Shared) -> Option<u64> {
        let words = |len| Some((0..len).map(|_| AtomicU64::new(0)).collect());
        // This thread's copy, made on its first visit. It stays this thread's until its end.
        let code =
            shared.code.get_or_make::<Toy>(me.thread().index(), shared.interp.retired(), words).ok()?;
        let mut registers = [0_u64, 1, 0];
        let mut ip = 0;
        loop {
            let mut word = code[ip].load(Ordering::Relaxed);
            if word & INSTRUMENTED != 0 {
                // Again, with Acquire: what the flag means was written before it was set.
                word = reload(&code[ip]);
                if word & INSTRUMENTED != 0 {
                    self.count(me, |counts| counts.events += 1);
                }
            }
            let (a, b, c) = operands(word);
            match opcode(word) {
                RESUME => ip += 1,
                ADD => {
                    if Backoff::tick(&code[ip + 1]) && specialize(&code[ip], word, ADD_INT).is_err() {
                        // Somebody changed the word meanwhile: decode it again.
                        continue;
                    }
                    registers[usize::from(a)] =
                        registers[usize::from(b)].wrapping_add(registers[usize::from(c)]);
                    ip += 3;
                }
                ADD_INT => {
                    registers[usize::from(a)] =
                        registers[usize::from(b)].wrapping_add(registers[usize::from(c)]);
                    ip += 3;
                }
                JUMP_BACKWARD => {
                    if me.thread().breaker().events() != 0 {
                        self.serve(me, shared);
                    }
                    self.count(me, |counts| counts.additions = registers[0]);
                    registers[2] = u64::from(shared.done.load(Ordering::Relaxed));
                    ip = if registers[usize::from(a)] == 0 { usize::from(b) } else { ip + 2 };
                }
                _ => return Some(registers[0]),
            }
        }
    }
}

fn main() {
    let runtime = Runtime::new(RuntimeConfig::default());
    let interp = runtime.new_interpreter();
    let shared = Arc::new(Shared { interp, code: program(), done: AtomicBool::new(false) });
    let mut threads = Vec::new();
    let mut handles = Vec::new();
    for name in ["a", "b"] {
        let core = shared.interp.register_thread().expect("an index is free");
        let toy = Arc::new(ToyThread { core, counts: RaceCell::new(Counts::default()) });
        let (its, its_shared) = (Arc::clone(&toy), Arc::clone(&shared));
        let body = move || {
            let me = its.core.attach();
            let sum = its.run(&me, &its_shared);
            its_shared.interp.unregister_thread(me);
            sum
        };
        handles.push(thread::spawn(name, 0, body).expect("the system has a thread"));
        threads.push(toy);
    }
    let nap = || std::thread::sleep(std::time::Duration::from_millis(5));

    nap();
    // A pause: both stand still, and their plain counters can be read.
    shared.interp.stop_from_outside(|world| {
        let read = || threads.iter().map(|t| t.read(world, |c| c.additions)).collect::<Vec<_>>();
        let (first, again) = (read(), read());
        assert_eq!(first, again, "nobody runs in a pause");
        println!("in the pause: {first:?} additions");
        let own = |i: u32| shared.code.get(i).map(|copy| opcode(copy[1].load(Ordering::Relaxed)));
        println!("opcode of the addition in each thread's copy: {:?}", [own(0), own(1)]);
    });

    // Turning an event on is lazy: each thread does it at its next safepoint.
    let on = shared.interp.bump_version().expect("versions are left");
    let seen = |world: &WorldStopped<'_>| threads.iter().all(|t| t.read(world, |c| c.events > 0));
    nap();
    while !shared.interp.stop_from_outside(seen) {
        nap();
    }
    // Turning it off is done in a pause, for all copies at once.
    shared.interp.stop_from_outside(|world| {
        shared.code.for_each_copy(|_, words| deinstrument(world, &words[JUMP_AT]));
        for toy in &threads {
            toy.read(world, |c| {
                assert_eq!(c.version, on, "each thread came to the new version");
                println!("version {}: {} events seen", c.version, c.events);
            });
        }
    });

    shared.done.store(true, Ordering::Relaxed);
    for handle in handles {
        println!("a thread ended with {:?}", handle.join().expect("no panic"));
    }
}
