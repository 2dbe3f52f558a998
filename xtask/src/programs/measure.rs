//! Runs benchmark programs: verification against CPython, and interleaved timing.

use super::Interpreter;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};

/// Measurements of one benchmark of a program, one entry per round.
#[derive(Default)]
pub struct Measured {
    /// The benchmark's name.
    pub name: String,
    /// Seconds per loop, weft, one thread.
    pub weft: Vec<f64>,
    /// Seconds per loop of each other interpreter, in order.
    pub others: Vec<Vec<f64>>,
    /// Per thread count.
    pub threads: BTreeMap<usize, Scaled>,
}

/// Measurements with several threads.
#[derive(Default)]
pub struct Scaled {
    /// Throughput of the threads ÷ throughput of as many simultaneous one-thread processes.
    pub scaling: Vec<f64>,
    /// Throughput of the threads ÷ throughput of one thread alone.
    pub plain: Vec<f64>,
    /// Processor seconds per thread and loop ÷ those of one thread alone.
    pub cpu: Vec<f64>,
}

/// One thread's figures for one benchmark.
struct Timed {
    loops: f64,
    /// Seconds as pyperf counts them.
    inner: f64,
    cpu: f64,
    /// Wall seconds of the whole call.
    wall: f64,
}

/// Figures of a process: benchmark → one entry per thread, benchmarks in the program's order.
type Run = Vec<(String, Vec<Timed>)>;

/// Compares what a program computes with the oracle's answer, for each thread count. Gives the problems.
pub fn verify(
    weft: &Interpreter,
    oracle: &Interpreter,
    program: &Path,
    threads: &[usize],
    small: bool,
) -> Vec<String> {
    let lines = |interpreter: &Interpreter, count: usize| -> Result<Vec<Vec<String>>, String> {
        let mut arguments = vec!["verify".to_owned(), count.to_string()];
        if small {
            arguments.push("small".into());
        }
        let output = interpreter.drive(program, &arguments).output().map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let errors = text.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("; ");
            let stderr = String::from_utf8_lossy(&output.stderr);
            let last = stderr
                .lines()
                .rev()
                .take(6)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
                .join("\n      ");
            return Err(format!(
                "{} with {count} threads: {} {errors} {last}",
                interpreter.name, output.status
            ));
        }
        let mut per_thread = vec![Vec::new(); count];
        for line in text.lines().filter_map(|line| line.strip_prefix("verify ")) {
            if let Some((index, rest)) = line.split_once(' ') {
                per_thread[index.parse::<usize>().unwrap_or(0)].push(rest.to_owned());
            }
        }
        Ok(per_thread)
    };
    let expected = match lines(oracle, 1) {
        Ok(mut expected) => expected.remove(0),
        Err(problem) => return vec![problem],
    };
    let mut problems = Vec::new();
    if expected.is_empty() {
        return problems;
    }
    for &count in threads {
        match lines(weft, count) {
            Err(problem) => problems.push(problem),
            Ok(answers) => {
                for (index, answer) in answers.iter().enumerate().filter(|(_, answer)| **answer != expected) {
                    let pair = expected.iter().zip(answer).find(|(a, b)| a != b);
                    let detail = match pair {
                        Some((a, b)) => format!("expected `{a}`, got `{b}`"),
                        None => format!("{} results, expected {}", answer.len(), expected.len()),
                    };
                    problems.push(format!("thread {} of {count}: {detail}", index + 1));
                }
            }
        }
    }
    problems
}

/// Times a program in interleaved rounds.
///
/// # Errors
/// When a process fails; the text says which and how.
pub fn measure(
    weft: &Interpreter,
    others: &[Interpreter],
    program: &Path,
    counts: &[usize],
    seconds: f64,
    rounds: usize,
) -> Result<Vec<Measured>, String> {
    let loops = calibrate(weft, program, seconds)?;
    let other_loops: Vec<Vec<String>> =
        others.iter().map(|other| calibrate(other, program, seconds)).collect::<Result<_, _>>()?;
    let mut measured: Vec<Measured> = Vec::new();
    for _ in 0..rounds.max(1) {
        let alone = together(weft, program, 1, 1, &loops)?.remove(0);
        if measured.is_empty() {
            let empty = |(name, _): &(String, Vec<Timed>)| Measured {
                name: name.clone(),
                others: vec![Vec::new(); others.len()],
                ..Measured::default()
            };
            measured = alone.iter().map(empty).collect();
        }
        for (into, (_, timed)) in measured.iter_mut().zip(&alone) {
            into.weft.push(timed[0].inner / timed[0].loops);
        }
        for (i, other) in others.iter().enumerate() {
            let run = together(other, program, 1, 1, &other_loops[i])?.remove(0);
            for (into, (_, timed)) in measured.iter_mut().zip(&run) {
                into.others[i].push(timed[0].inner / timed[0].loops);
            }
        }
        for &count in counts {
            let processes = together(weft, program, count, 1, &loops)?;
            let threads = together(weft, program, 1, count, &loops)?.remove(0);
            for (b, into) in measured.iter_mut().enumerate() {
                let rate = |timed: &Timed| timed.loops / timed.wall;
                let one = rate(&alone[b].1[0]);
                let apart: f64 = processes.iter().map(|run| rate(&run[b].1[0])).sum();
                let inside: f64 = threads[b].1.iter().map(rate).sum();
                let cpu = |timed: &Timed| timed.cpu / timed.loops;
                let mean = threads[b].1.iter().map(cpu).sum::<f64>() / count as f64;
                let scaled = into.threads.entry(count).or_default();
                scaled.scaling.push(inside / apart);
                scaled.plain.push(inside / one);
                scaled.cpu.push(mean / cpu(&alone[b].1[0]));
            }
        }
    }
    Ok(measured)
}

/// How many loops of each benchmark take about `seconds`, as arguments for the driver.
fn calibrate(interpreter: &Interpreter, program: &Path, seconds: f64) -> Result<Vec<String>, String> {
    let arguments = ["measure".to_owned(), "1".into(), seconds.to_string()];
    let output = interpreter.drive(program, &arguments).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last = stderr.lines().last().unwrap_or("").to_owned();
        return Err(format!("{}: {} {last}", interpreter.name, output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let loops: Vec<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("loops ")?.split(' ').nth(1).map(str::to_owned))
        .collect();
    if loops.is_empty() {
        Err(format!("{}: the program has no benchmark", interpreter.name))
    } else {
        Ok(loops)
    }
}

/// Starts `processes` processes of `threads` threads each, lets them go at one moment, and collects their figures.
fn together(
    interpreter: &Interpreter,
    program: &Path,
    processes: usize,
    threads: usize,
    loops: &[String],
) -> Result<Vec<Run>, String> {
    let mut arguments = vec!["measure".to_owned(), threads.to_string(), "0".into()];
    arguments.extend(loops.iter().cloned());
    let mut started: Vec<(Child, BufReader<std::process::ChildStdout>)> = Vec::new();
    for _ in 0..processes {
        let mut command = interpreter.drive(program, &arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{}: {error}", interpreter.name))?;
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        started.push((child, stdout));
    }
    for (_, stdout) in &mut started {
        let mut line = String::new();
        // An early end shows as a missing result below.
        let _ = stdout.read_line(&mut line);
    }
    for (child, _) in &mut started {
        if let Some(stdin) = &mut child.stdin {
            let _ = stdin.write_all(b"go\n");
        }
    }
    let mut runs = Vec::new();
    for (mut child, mut stdout) in started {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map_err(|error| error.to_string())?;
        let mut errors = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            let _ = stderr.read_to_string(&mut errors);
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() {
            let said = text.lines().filter(|line| line.starts_with("error")).collect::<Vec<_>>().join("; ");
            let last = errors.lines().last().unwrap_or("");
            return Err(format!("{} with {threads} threads: {status} {said} {last}", interpreter.name));
        }
        runs.push(parse(&text)?);
    }
    Ok(runs)
}

/// Reads `time THREAD NAME LOOPS INNER CPU START END` lines.
fn parse(text: &str) -> Result<Run, String> {
    let mut run: Run = Vec::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("time ")) {
        let words: Vec<&str> = line.split(' ').collect();
        let [_, name, numbers @ ..] = &words[..] else { return Err(format!("cannot read `{line}`")) };
        let numbers: Vec<f64> = numbers.iter().filter_map(|word| word.parse().ok()).collect();
        let [loops, inner, cpu, start, end] = numbers[..] else {
            return Err(format!("cannot read `{line}`"));
        };
        let timed = Timed { loops, inner, cpu, wall: end - start };
        match run.iter_mut().find(|(known, _)| known == name) {
            Some((_, list)) => list.push(timed),
            None => run.push(((*name).to_owned(), vec![timed])),
        }
    }
    if run.is_empty() { Err("the program reported no times".into()) } else { Ok(run) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_times_by_benchmark_and_thread() {
        let run = parse("x\ntime 0 a 2 1.0 0.5 10 12\ntime 1 a 2 1.5 0.5 10 13\ntime 0 b 1 1 1 1 2\n")
            .expect("parses");
        assert_eq!(run.len(), 2);
        assert_eq!((run[0].1.len(), run[0].1[1].wall, run[1].1[0].loops), (2, 3.0, 1.0));
        assert!(parse("nothing").is_err());
        assert!(parse("time 0 a 2 1.0\n").is_err());
    }
}
