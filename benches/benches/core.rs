//! What the protocols of `vm-core` cost when nobody else is there: each is a few instructions on some hot path.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use vm_core::breaker::Breaker;
use vm_core::object_lock::ByteLock;
use vm_core::runtime::{Runtime, RuntimeConfig};
use vm_core::slot::WordSlot;
use vm_core::sync::{Ordering, thread};

fn uncontended(c: &mut Criterion) {
    let rt = Runtime::new(RuntimeConfig::default());
    let interp = rt.new_interpreter();
    let core = interp.register_thread().expect("birth");
    let mut attached = Some(core.attach());
    let t = attached.as_ref().expect("attached");

    let lock = ByteLock::new();
    c.bench_function("object lock: take and give back", |b| {
        b.iter(|| drop(black_box(&lock).lock(rt.lot(), t)))
    });
    let tap = rt.tap(Box::new(|key| {
        black_box(key);
    }));
    c.bench_function("object lock: the same, tapped", |b| b.iter(|| drop(black_box(&lock).lock(&tap, t))));

    let slot = WordSlot::new(1);
    c.bench_function("slot: load", |b| b.iter(|| black_box(&slot).load()));
    c.bench_function("slot: store", |b| b.iter(|| black_box(&slot).store(black_box(2))));

    let breaker = Breaker::new(0);
    c.bench_function("breaker: poll", |b| b.iter(|| black_box(&breaker).events()));
    c.bench_function("breaker: post and clear", |b| {
        b.iter(|| {
            black_box(&breaker).set(1);
            black_box(&breaker).clear(1)
        });
    });

    c.bench_function("detach and attach", |b| b.iter(|| t.detached(|| black_box(0))));
    c.bench_function("stop the world, alone", |b| {
        b.iter(|| t.stop_the_world(|w| black_box(w.requester().is_some())))
    });
    interp.unregister_thread(attached.take().expect("attached"));

    c.bench_function("birth and end of a thread", |b| {
        b.iter(|| {
            let core = interp.register_thread().expect("birth");
            interp.unregister_thread(core.attach());
        });
    });
}

/// One lock, and another thread that takes it all the time.
fn contended(c: &mut Criterion) {
    let rt = Runtime::new(RuntimeConfig::default());
    let interp = rt.new_interpreter();
    let lock = Arc::new(ByteLock::new());
    let stop = Arc::new(vm_core::sync::AtomicBool::new(false));
    c.bench_function("object lock: another thread wants it as well", |b| {
        b.iter_custom(|n| {
            stop.store(false, Ordering::Relaxed);
            let (rt2, interp2, lock2, stop2) =
                (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&lock), Arc::clone(&stop));
            let other = thread::spawn("other", 0, move || {
                let core = interp2.register_thread().expect("birth");
                let t = core.attach();
                while !stop2.load(Ordering::Relaxed) {
                    drop(lock2.lock(rt2.lot(), &t));
                }
                interp2.unregister_thread(t);
            })
            .expect("a thread");
            let core = interp.register_thread().expect("birth");
            let t = core.attach();
            let start = Instant::now();
            for _ in 0..n {
                drop(lock.lock(rt.lot(), &t));
            }
            let took = start.elapsed();
            stop.store(true, Ordering::Relaxed);
            interp.unregister_thread(t);
            other.join().expect("the other ends");
            took
        });
    });
}

criterion_group!(all, uncontended, contended);
criterion_main!(all);
