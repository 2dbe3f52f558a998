//! Runs the kernels of `benches/kernels` through `benches/standin/kernel.py`.

use super::interpreters::Interpreter;
use crate::workspace;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

/// One Python file.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// The file's name without `.py`.
    pub name: String,
    /// Its first line of documentation.
    pub what: String,
    /// Whether its threads write to one object on purpose.
    pub contended: bool,
    path: PathBuf,
}

/// All kernels, or those in `only`.
///
/// # Errors
/// When the folder cannot be read or a name is unknown.
pub fn all(only: &[String]) -> Result<Vec<Kernel>, String> {
    let folder = workspace::root().join("benches/kernels");
    let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut kernels = Vec::new();
    for path in
        entries.flatten().map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "py"))
    {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let what = text.lines().next().unwrap_or("").trim_matches('"').to_owned();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
        kernels.push(Kernel { name, contended: what.starts_with("Contended by design"), what, path });
    }
    kernels.sort_by(|a, b| a.name.cmp(&b.name));
    if let Some(unknown) = only.iter().find(|name| kernels.iter().all(|kernel| kernel.name != **name)) {
        return Err(format!("no kernel `{unknown}` in benches/kernels"));
    }
    kernels.retain(|kernel| only.is_empty() || only.contains(&kernel.name));
    Ok(kernels)
}

/// One thread's part of a run.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub loops: f64,
    pub cpu: f64,
    pub wall: f64,
}

impl Part {
    /// Loops per second.
    pub fn rate(&self) -> f64 {
        self.loops / self.wall
    }
}

impl Kernel {
    /// A command that runs the kernel.
    pub fn command(&self, interpreter: &Interpreter, arguments: &[String]) -> Command {
        let mut command = interpreter.command();
        command.arg(workspace::root().join("benches/standin/kernel.py")).arg(&self.path).args(arguments);
        command
    }

    /// Loops that take about `seconds`, and iterations of one loop.
    ///
    /// # Errors
    /// When the interpreter fails.
    pub fn calibrate(&self, interpreter: &Interpreter, seconds: f64) -> Result<(u64, u64), String> {
        let text = self.output(interpreter, &["time".into(), "1".into(), "0".into(), seconds.to_string()])?;
        let line = text.lines().find_map(|line| line.strip_prefix("loops ")).unwrap_or("");
        let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
        match (numbers.next(), numbers.next()) {
            (Some(loops), Some(inner)) => Ok((loops, inner)),
            _ => Err(format!("{}, {}: cannot read `{text}`", interpreter.name, self.name)),
        }
    }

    /// Runs `loops` loops in one thread and returns what it printed.
    ///
    /// # Errors
    /// When the interpreter fails.
    pub fn output(&self, interpreter: &Interpreter, arguments: &[String]) -> Result<String, String> {
        let output = self.command(interpreter, arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("{}: {error}", interpreter.name))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let stderr = String::from_utf8_lossy(&output.stderr);
        let last = stderr.lines().last().unwrap_or("");
        Err(format!("{}, {}: {} {last}", interpreter.name, self.name, output.status))
    }

    /// Starts `processes` processes of `threads` threads, lets them go at one moment, and collects the parts of each.
    ///
    /// # Errors
    /// When a process fails; the text says which and how.
    pub fn together(
        &self,
        interpreter: &Interpreter,
        processes: usize,
        threads: usize,
        loops: u64,
        pin: Option<&[usize]>,
    ) -> Result<Vec<Vec<Part>>, String> {
        let mut started: Vec<(Child, BufReader<ChildStdout>)> = Vec::new();
        for process in 0..processes {
            let option = if pin.is_some() { "pin" } else { "free" };
            let arguments = ["time".into(), threads.to_string(), loops.to_string(), option.into()];
            let mut command = self.command(interpreter, &arguments);
            if let (Some(cores), 2..) = (pin, processes) {
                // Processes of one thread: each gets a core of its own.
                command = on_core(command, cores[process % cores.len()]);
            }
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
            let (mut text, mut errors) = (String::new(), String::new());
            stdout.read_to_string(&mut text).map_err(|error| error.to_string())?;
            if let Some(mut stderr) = child.stderr.take() {
                let _ = stderr.read_to_string(&mut errors);
            }
            let status = child.wait().map_err(|error| error.to_string())?;
            let parts = parse(&text);
            if !status.success() || parts.len() != threads {
                let last = errors.lines().last().unwrap_or("");
                return Err(format!(
                    "{}, {} in {threads} threads: {status} {last}",
                    interpreter.name, self.name
                ));
            }
            runs.push(parts);
        }
        Ok(runs)
    }

    /// Runs in `threads` threads of weft with `-X` options that write counters, and reads them.
    ///
    /// # Errors
    /// When weft fails.
    pub fn counters(
        &self,
        weft: &Interpreter,
        threads: Option<usize>,
        loops: u64,
        x: &[&str],
    ) -> Result<BTreeMap<String, f64>, String> {
        let file = workspace::target().join("bench").join(format!("stats-{}.json", std::process::id()));
        let _ = std::fs::create_dir_all(workspace::target().join("bench"));
        let mut interpreter = weft.clone();
        let stats = format!("stats={}", file.display());
        interpreter
            .options
            .extend([&stats[..]].iter().chain(x).flat_map(|x| ["-X".to_owned(), (*x).to_owned()]));
        match threads {
            None => drop(self.output(&interpreter, &["count".into(), loops.to_string()])?),
            Some(threads) => drop(self.together(&interpreter, 1, threads, loops, None)?),
        }
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let _ = std::fs::remove_file(&file);
        serde_json::from_str(&text).map_err(|error| format!("the counters of -X stats: {error}"))
    }
}

/// The same command on one core, where `taskset` is installed.
fn on_core(command: Command, core: usize) -> Command {
    let mut pinned = Command::new("taskset");
    pinned.arg("-c").arg(core.to_string()).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => pinned.env(name, value),
            None => pinned.env_remove(name),
        };
    }
    pinned
}

/// Reads `time THREAD LOOPS CPU START END` lines.
fn parse(text: &str) -> Vec<Part> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("time "));
    lines
        .filter_map(|line| {
            let numbers: Vec<f64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
            let [_, loops, cpu, start, end] = numbers[..] else { return None };
            Some(Part { loops, cpu, wall: end - start })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line_per_thread() {
        let parts = parse("ready\ntime 0 8 0.5 10.0 12.0\ntime 1 8 0.5 10.0 14.0\nbroken\ntime 2 8\n");
        assert_eq!(parts.len(), 2);
        assert_eq!((parts[0].rate(), parts[1].rate()), (4.0, 2.0));
    }

    #[test]
    fn every_kernel_says_what_it_is_and_fits_a_page() {
        let kernels = all(&[]).expect("the folder is there");
        assert!(kernels.len() >= 20);
        for kernel in &kernels {
            let text = std::fs::read_to_string(&kernel.path).expect("readable");
            assert!(text.starts_with("\"\"\"") && text.lines().count() <= 60, "{}", kernel.name);
            assert!(
                text.contains("INNER = ")
                    && text.contains("EXPECTED = ")
                    && text.contains("def run(thread, n):")
            );
        }
        assert!(all(&["nothing".into()]).is_err());
    }
}
