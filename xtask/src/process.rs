//! Runs one child process with a time limit and captures what it prints.

use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Output beyond this many bytes per stream is read and thrown away: a runaway program must not fill the memory.
const KEPT: usize = 4 << 20;

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It exited with this code.
    Code(i32),
    /// A signal of this number killed it.
    Signal(i32),
    /// It was still running at the time limit, and was killed.
    TimedOut,
}

impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            End::Code(code) => write!(f, "exit code {code}"),
            End::Signal(signal) => write!(f, "killed by signal {signal}"),
            End::TimedOut => write!(f, "timed out"),
        }
    }
}

/// What to do to the child beside starting it.
pub struct Plan {
    /// Bytes for its standard input; empty means an empty input.
    pub stdin: Vec<u8>,
    /// The time limit.
    pub limit: Duration,
    /// Send SIGINT when standard output has shown this text.
    pub interrupt_at: Option<String>,
    /// Give it a standard output whose reading end is closed already.
    pub closed_stdout: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Plan { stdin: Vec::new(), limit: Duration::from_secs(60), interrupt_at: None, closed_stdout: false }
    }
}

/// A finished child.
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// Standard output, up to 4 MiB.
    pub stdout: Vec<u8>,
    /// Standard error, up to 4 MiB.
    pub stderr: Vec<u8>,
    /// Wall time from start to end.
    pub took: Duration,
}

/// Runs `command` to its end or its time limit.
///
/// # Errors
/// When the program cannot be started.
pub fn run(command: &mut Command, plan: &Plan) -> std::io::Result<Finished> {
    command.stdin(Stdio::piped()).stderr(Stdio::piped());
    if plan.closed_stdout {
        let (reader, writer) = std::io::pipe()?;
        drop(reader);
        command.stdout(writer);
    } else {
        command.stdout(Stdio::piped());
    }
    let start = Instant::now();
    let mut child = command.spawn()?;
    // The `Command` keeps its copy of a pipe end until it is told otherwise.
    command.stdout(Stdio::null());
    let stdin = child.stdin.take();
    let (saw, seen) = mpsc::channel();
    let marker = plan.interrupt_at.clone();
    let (stdout, stderr, end) = std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut pipe) = stdin {
                // A child that does not read its input closes the pipe: not our error.
                let _ = pipe.write_all(&plan.stdin);
            }
        });
        let out = child.stdout.take().map(|pipe| {
            scope.spawn(move || {
                drain(pipe, |text| {
                    if marker.as_ref().is_some_and(|m| contains(text, m.as_bytes())) {
                        let _ = saw.send(());
                    }
                })
            })
        });
        let err = child.stderr.take().map(|pipe| scope.spawn(move || drain(pipe, |_| ())));
        let mut interrupted = false;
        let end = loop {
            match child.try_wait() {
                Ok(Some(status)) => {
                    break match (status.code(), status.signal()) {
                        (Some(code), _) => End::Code(code),
                        (None, signal) => End::Signal(signal.unwrap_or(0)),
                    };
                }
                Ok(None) => {}
                Err(_) => break End::TimedOut,
            }
            if start.elapsed() > plan.limit {
                let _ = child.kill();
                let _ = child.wait();
                break End::TimedOut;
            }
            if !interrupted && seen.try_recv().is_ok() {
                interrupted = true;
                let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            }
            let pause = if start.elapsed() < Duration::from_millis(50) { 1 } else { 5 };
            std::thread::sleep(Duration::from_millis(pause));
        };
        let out = out.and_then(|t| t.join().ok()).unwrap_or_default();
        let err = err.and_then(|t| t.join().ok()).unwrap_or_default();
        (out, err, end)
    });
    Ok(Finished { end, stdout, stderr, took: start.elapsed() })
}

/// Reads a pipe to its end, keeps the first [`KEPT`] bytes, and shows what was kept so far after each read.
fn drain(mut pipe: impl Read, mut watch: impl FnMut(&[u8])) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; 8192];
    while let Ok(n) = pipe.read(&mut buffer) {
        if n == 0 {
            break;
        }
        let room = KEPT.saturating_sub(kept.len());
        kept.extend_from_slice(&buffer[..n.min(room)]);
        watch(&kept);
    }
    kept
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    !needle.is_empty() && text.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, plan: &Plan) -> Finished {
        run(Command::new("sh").args(["-c", script]), plan).expect("sh starts")
    }

    #[test]
    fn captures_both_streams_and_the_code() {
        let plan = Plan { stdin: b"in".to_vec(), ..Plan::default() };
        let f = sh("cat; echo err >&2; exit 3", &plan);
        assert_eq!((f.end, &f.stdout[..], &f.stderr[..]), (End::Code(3), &b"in"[..], &b"err\n"[..]));
    }

    #[test]
    fn kills_at_the_limit() {
        let plan = Plan { limit: Duration::from_millis(100), ..Plan::default() };
        assert_eq!(sh("exec sleep 30", &plan).end, End::TimedOut);
    }

    #[test]
    fn tells_a_signal_from_a_code() {
        assert_eq!(sh("kill -ABRT $$", &Plan::default()).end, End::Signal(6));
    }

    #[test]
    fn interrupts_when_the_marker_shows() {
        let plan = Plan { interrupt_at: Some("ready".into()), ..Plan::default() };
        let f = sh("trap 'echo got; exit 7' INT; echo ready; while :; do sleep 0.05; done", &plan);
        assert_eq!((f.end, &f.stdout[..]), (End::Code(7), &b"ready\ngot\n"[..]));
    }

    #[test]
    fn a_closed_stdout_is_closed() {
        let plan = Plan { closed_stdout: true, ..Plan::default() };
        let f = sh("trap '' PIPE; echo x 2>/dev/null || exit 9", &plan);
        assert_eq!(f.end, End::Code(9));
    }
}
