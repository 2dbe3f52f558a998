//! Benchmarks.
//!
//! * `kernels/`: one page of Python per pattern of sharing, for `cargo xtask bench scaling`, `peers`, `warmup` and `instructions`.
//! * `standin/`: `kernel.py` runs them; `pyperf.py` and `drive.py` run unmodified pyperformance programs for `bench programs`.
//! * `benches/core.rs`: what the protocols of `vm-core` cost (`bench micro`). The heap's micro-benchmarks live in `vm-heap/benches`.
//! * `instructions.json`: the baseline of `bench instructions`.
