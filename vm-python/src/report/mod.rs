//! What the user sees of an exception that nobody caught: the traceback in CPython 3.14's form.

pub mod anchors;
mod frames;
mod source;
pub mod suggest;
mod syntax;

use vm_core::sync::Ordering;

use crate::{
    builtins::exception_group,
    error::{PyResult, Thrown},
    native::Args,
    object::{
        class::Type,
        exception::{Exception, Traceback},
        gc::Gc,
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    value::Value,
    vm::Vm,
};
use frames::FrameText;
pub use source::Sources;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";
const MAX_GROUP_WIDTH: usize = 15;
const MAX_GROUP_DEPTH: usize = 10;

/// Indentation of exception groups.
struct Printer {
    out: String,
    depth: usize,
    need_close: bool,
}

impl Printer {
    fn indent(&self) -> String {
        " ".repeat(2 * self.depth)
    }
    fn emit(&mut self, text: &str, margin: char) {
        if self.depth == 0 {
            self.out.push_str(text);
            return;
        }
        let indent = self.indent();
        for line in text.split_inclusive('\n') {
            self.out.push_str(&indent);
            self.out.push(margin);
            self.out.push(' ');
            self.out.push_str(line);
        }
    }
}

impl Vm {
    /// The whole report: traceback, causes, notes. Never fails; what cannot be computed is left out or named as such.
    pub fn format_exception(&self, e: Thrown) -> String {
        let mut p = Printer { out: String::new(), depth: 0, need_close: false };
        let seen = RootVec::new(self);
        // Out of memory: what was written so far is the report.
        let _ = self.format_chain(e.0, &seen, &mut p);
        p.out
    }

    /// The report's last lines: class, message, notes.
    pub fn format_exception_only(&self, e: Thrown) -> String {
        let mut p = Printer { out: String::new(), depth: 0, need_close: false };
        self.emit_final_lines(e.exception(), &mut p);
        p.out
    }

    /// Line `n` (from 1) of a source file.
    #[must_use]
    pub fn source_line(&self, filename: &str, n: u32) -> Option<String> {
        source::LineCache::new(self).line(filename, n)
    }

    fn format_chain(&self, e: Value, seen: &RootVec<'_>, p: &mut Printer) -> PyResult<()> {
        self.check_native_stack()?;
        let chain = RootVec::new(self);
        let mut messages: Vec<Option<&'static str>> = Vec::new();
        let mut at = e;
        loop {
            chain.push(at)?;
            seen.push(at)?;
            let Some(x) = at.downcast::<Exception>() else { break };
            let (cause, context) = (x.cause.get(), x.context.get());
            let next = if !cause.is_none() && !seen.as_slice().contains(&cause) {
                Some((CAUSE, cause))
            } else if !context.is_none()
                && !x.suppress_context.load(Ordering::Relaxed)
                && !seen.as_slice().contains(&context)
            {
                Some((CONTEXT, context))
            } else {
                None
            };
            messages.push(next.map(|n| n.0));
            match next {
                Some((_, n)) => at = n,
                None => break,
            }
        }
        for i in (0..chain.len()).rev() {
            if let Some(Some(m)) = messages.get(i) {
                p.emit(m, '|');
            }
            if let Some(v) = chain.get(i) {
                self.format_link(v, seen, p)?;
            }
        }
        Ok(())
    }

    fn format_link(&self, e: Value, seen: &RootVec<'_>, p: &mut Printer) -> PyResult<()> {
        let Some(x) = e.downcast::<Exception>() else { return Ok(()) };
        let members = exception_group::members(self, e).unwrap_or(None);
        let tb = x.traceback.get().downcast::<Traceback>();
        let Some(members) = members else {
            if let Some(tb) = tb {
                p.emit("Traceback (most recent call last):\n", '|');
                self.emit_frames(tb, p);
            }
            self.emit_final_lines(x, p);
            return Ok(());
        };
        if p.depth > MAX_GROUP_DEPTH {
            p.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"), '|');
            return Ok(());
        }
        let top = p.depth == 0;
        if top {
            p.depth = 1;
        }
        if let Some(tb) = tb {
            p.emit("Exception Group Traceback (most recent call last):\n", if top { '+' } else { '|' });
            self.emit_frames(tb, p);
        }
        self.emit_final_lines(x, p);
        let all = members.as_slice();
        let n = if all.len() <= MAX_GROUP_WIDTH { all.len() } else { MAX_GROUP_WIDTH + 1 };
        p.need_close = false;
        for (i, &member) in all.iter().take(n).enumerate() {
            let last = i == n - 1;
            if last {
                p.need_close = true;
            }
            let cut = i >= MAX_GROUP_WIDTH;
            let title = if cut { "...".to_owned() } else { (i + 1).to_string() };
            let line = format!(
                "{}{}+---------------- {title} ----------------\n",
                p.indent(),
                if i == 0 { "+-" } else { "  " }
            );
            p.out.push_str(&line);
            p.depth += 1;
            if cut {
                let rest = all.len() - MAX_GROUP_WIDTH;
                p.emit(&format!("and {rest} more exception{}\n", if rest > 1 { "s" } else { "" }), '|');
            } else {
                self.format_chain(member, seen, p)?;
            }
            if last && p.need_close {
                let line = format!("{}+------------------------------------\n", p.indent());
                p.out.push_str(&line);
                p.need_close = false;
            }
            p.depth -= 1;
        }
        if top {
            p.depth = 0;
        }
        Ok(())
    }

    fn emit_frames(&self, tb: Gc<Traceback>, p: &mut Printer) {
        let mut list = self.frame_texts(tb);
        if let Some(limit) = self.traceback_limit() {
            let n = list.len();
            list.drain(..n.saturating_sub(limit));
        }
        let mut cache = source::LineCache::new(self);
        let mut lines = Vec::new();
        frames::format_all(&list, &mut |file, line| cache.line(file, line), &mut lines);
        for l in lines {
            p.emit(&l, '|');
        }
    }

    /// `sys.tracebacklimit`
    fn traceback_limit(&self) -> Option<usize> {
        let name = self.intern("tracebacklimit").ok()?;
        let v = self.interp().boot().sys.get_str(self, name).ok()??;
        v.as_small_int().map(|n| usize::try_from(n).unwrap_or(0))
    }

    fn frame_texts(&self, tb: Gc<Traceback>) -> Vec<FrameText> {
        let mut out = Vec::new();
        let mut at = Some(tb);
        while let Some(t) = at {
            if let Some(code) = t.code.get() {
                let text = |v: Value| {
                    v.downcast::<Str>().map_or_else(String::new, |s| s.to_str_lossy().into_owned())
                };
                let p = code.position(t.word.load(Ordering::Relaxed));
                let columns =
                    p.filter(|p| p.end_line != p.line || p.end_col > p.col).map(|p| (p.col, p.end_col));
                out.push(FrameText {
                    filename: text(code.filename.get()),
                    name: text(code.name.get()),
                    line: p.map_or(0, |p| p.line),
                    end_line: p.map_or(0, |p| p.end_line),
                    columns,
                });
            }
            at = t.next();
        }
        out
    }

    /// `module.qualname` of an exception class; the module is left out for builtins and the main program.
    fn exception_class_name(&self, class: Gc<Type>) -> String {
        let qualname = class
            .qualname
            .get()
            .downcast::<Str>()
            .map_or_else(String::new, |s| s.to_str_lossy().into_owned());
        let module = match self.getattr_opt(class.value(), self.names().__module__) {
            Ok(Some(m)) => {
                m.downcast::<Str>().map_or("<unknown>".to_owned(), |s| s.to_str_lossy().into_owned())
            }
            _ => "<unknown>".to_owned(),
        };
        if module == "builtins" || module == "__main__" { qualname } else { format!("{module}.{qualname}") }
    }

    fn safe_str(&self, v: Value, what: &str) -> String {
        match self.str(v) {
            Ok(s) => s.to_str_lossy().into_owned(),
            Err(_) => format!("<{what} str() failed>"),
        }
    }

    fn emit_final_lines(&self, e: Gc<Exception>, p: &mut Printer) {
        let v = e.value();
        let class = self.type_of(v);
        let name = self.exception_class_name(class);
        if class.is_subclass(self.exc().syntax_error) {
            for l in self.syntax_error_lines(v, &name) {
                p.emit(&l, '|');
            }
        } else {
            let mut text = self.safe_str(v, "exception");
            text.push_str(&self.suggestion(e));
            let line = if text.is_empty() { format!("{name}\n") } else { format!("{name}: {text}\n") };
            p.emit(&line, '|');
        }
        self.emit_notes(v, p);
    }

    fn emit_notes(&self, e: Value, p: &mut Printer) {
        let Ok(Some(notes)) = self.getattr_opt(e, self.names().__notes__) else { return };
        let items = if let Some(l) = notes.downcast::<List>() {
            l.snapshot(self)
        } else if let Some(t) = notes.downcast::<Tuple>() {
            RootVec::from_slice(self, t.as_slice())
        } else if notes.is_none() {
            return;
        } else {
            let text = self
                .repr(notes)
                .map_or("<__notes__ repr() failed>".to_owned(), |s| s.to_str_lossy().into_owned());
            p.emit(&format!("{text}\n"), '|');
            return;
        };
        let Ok(items) = items else { return };
        for &n in items.as_slice() {
            for line in self.safe_str(n, "note").split('\n') {
                p.emit(&format!("{line}\n"), '|');
            }
        }
    }

    fn syntax_error_lines(&self, e: Value, class: &str) -> Vec<String> {
        let n = self.names();
        let get = |name: Gc<Str>| self.getattr_opt(e, name).ok().flatten().unwrap_or(Value::NONE);
        let int = |name: Gc<Str>| get(name).as_small_int();
        let text_of = |name: Gc<Str>| get(name).downcast::<Str>().map(|s| s.to_str_lossy().into_owned());
        let mut out = Vec::new();
        let filename = text_of(n.filename);
        let line = int(n.lineno);
        let mut suffix = String::new();
        match line {
            Some(l) => {
                out.push(format!("  File \"{}\", line {l}\n", filename.as_deref().unwrap_or("<string>")));
            }
            None => {
                if let Some(f) = &filename {
                    suffix = format!(" ({f})");
                }
            }
        }
        if let Some(text) = text_of(n.text) {
            out.extend(syntax_source(&text, int(n.offset), line == int(n.end_lineno), int(n.end_offset)));
        }
        let msg = get(n.msg);
        let msg =
            if msg.is_none() { "<no detail available>".to_owned() } else { self.safe_str(msg, "exception") };
        out.push(format!("{class}: {msg}{suffix}\n"));
        out
    }

    /// ". Did you mean: …?" for an attribute or name that does not exist, or nothing.
    fn suggestion(&self, e: Gc<Exception>) -> String {
        self.try_suggestion(e).ok().flatten().unwrap_or_default()
    }

    fn try_suggestion(&self, e: Gc<Exception>) -> PyResult<Option<String>> {
        let v = e.value();
        let class = self.type_of(v);
        let exc = self.exc();
        let n = self.names();
        let is_import = class.is_subclass(exc.import_error);
        let is_name = class.is_subclass(exc.name_error);
        let is_attribute = class.is_subclass(exc.attribute_error);
        if !is_import && !is_name && !is_attribute {
            return Ok(None);
        }
        let key = if is_import { self.intern("name_from")? } else { n.name };
        let Some(wrong) = self.getattr_opt(v, key)?.and_then(|w| w.downcast::<Str>()) else {
            return Ok(None);
        };
        let wrong = wrong.to_str_lossy().into_owned();
        let mut candidates = Vec::new();
        if is_name {
            self.names_in_scope(e, &mut candidates)?;
        } else {
            let obj = if is_import {
                match self.getattr_opt(v, n.name)? {
                    Some(m) => self.interp().boot().modules.get(self, m)?,
                    None => None,
                }
            } else {
                self.getattr_opt(v, n.obj)?
            };
            let Some(obj) = obj else { return Ok(None) };
            let Some(dir) = self.interp().boot().builtins.get_str(self, self.intern("dir")?)? else {
                return Ok(None);
            };
            let list = self.call(dir, &[obj])?;
            self.for_each(list, |s| {
                if let Some(s) = s.downcast::<Str>() {
                    candidates.push(s.to_str_lossy().into_owned());
                }
                Ok(true)
            })?;
            if !wrong.starts_with('_') {
                candidates.retain(|c| !c.starts_with('_'));
            }
        }
        let found = suggest::closest(&candidates, &wrong);
        let mut text = found.as_ref().map(|s| format!(". Did you mean: '{s}'?")).unwrap_or_default();
        if is_name && suggest::is_stdlib_module(&wrong) {
            text.push_str(&if found.is_some() {
                format!(" Or did you forget to import '{wrong}'?")
            } else {
                format!(". Did you forget to import '{wrong}'?")
            });
        }
        Ok(Some(text))
    }

    /// Names that the code at the bottom of the traceback could have meant.
    fn names_in_scope(&self, e: Gc<Exception>, out: &mut Vec<String>) -> PyResult<()> {
        let Some(mut tb) = e.traceback.get().downcast::<Traceback>() else { return Ok(()) };
        while let Some(t) = tb.next() {
            tb = t;
        }
        let mut add = |v: Value| {
            if let Some(s) = v.downcast::<Str>() {
                out.push(s.to_str_lossy().into_owned());
            }
        };
        if let Some(code) = tb.code.get() {
            for names in [&code.varnames, &code.cellvars, &code.freevars] {
                if let Some(t) = names.get() {
                    t.as_slice().iter().copied().for_each(&mut add);
                }
            }
        }
        let dicts = [tb.globals.get(), self.interp().boot().builtins.value()];
        for d in dicts {
            if let Some(d) = d.downcast::<crate::object::dict::Dict>() {
                let mut at = 0;
                while let Some((next, k, _)) = d.next_entry(at) {
                    add(k);
                    at = next;
                }
            }
        }
        Ok(())
    }

    /// Writes the report to `sys.stderr`.
    pub fn print_exception(&self, e: Thrown) {
        let text = self.format_exception(e);
        self.write_stderr(&text);
    }

    /// What happens to an exception that leaves the program: `sys.excepthook`, or the report on `sys.stderr`.
    pub fn print_uncaught(&self, e: Thrown) {
        let hook = self.interp().boot().sys.get_str(self, self.names().excepthook).ok().flatten();
        if let Some(hook) = hook
            && !self.is_default_excepthook(hook)
        {
            let class = self.type_of(e.0).value();
            let tb = e.exception().traceback.get();
            let Err(second) = self.call(hook, &[class, e.0, tb]) else { return };
            if second.is(self, self.exc().system_exit) {
                return;
            }
            self.write_stderr("Error in sys.excepthook:\n");
            self.print_exception(second);
            self.write_stderr("\nOriginal exception was:\n");
        }
        self.print_exception(e);
    }

    fn is_default_excepthook(&self, hook: Value) -> bool {
        let name = self.intern("__excepthook__").ok();
        name.and_then(|n| self.interp().boot().sys.get_str(self, n).ok().flatten()) == Some(hook)
    }

    /// An exception that nobody can catch (in a finalizer, a callback): to `sys.unraisablehook`. `message` says what was being done, `object` with
    /// what (None = nothing).
    pub fn report_unraisable(&self, e: Thrown, message: &str, object: Value) {
        let sys = self.interp().boot().sys;
        let get = |name: &str| self.intern(name).ok().and_then(|n| sys.get_str(self, n).ok().flatten());
        if let Some(hook) = get("unraisablehook")
            && Some(hook) != get("__unraisablehook__")
            && let Ok(args) = self.unraisable_args(e, message, object)
        {
            match self.call(hook, &[args]) {
                Ok(_) => return,
                Err(second) => {
                    self.write_stderr("Exception ignored in sys.unraisablehook:\n");
                    self.print_exception(second);
                    return;
                }
            }
        }
        self.print_unraisable(e, message, object);
    }

    /// What `sys.unraisablehook` does unless it was replaced.
    pub(crate) fn print_unraisable(&self, e: Thrown, message: &str, object: Value) {
        let what = if object.is_none() {
            String::new()
        } else {
            let text = self
                .repr(object)
                .map_or("<object repr() failed>".to_owned(), |s| s.to_str_lossy().into_owned());
            format!(" {text}")
        };
        self.write_stderr(&format!("{message}:{what}\n"));
        self.print_exception(e);
    }

    fn unraisable_args(&self, e: Thrown, message: &str, object: Value) -> PyResult {
        let values = [
            self.type_of(e.0).value(),
            e.0,
            e.exception().traceback.get(),
            self.new_str(message)?.value(),
            object,
        ];
        let mut names = [Value::NONE; 5];
        for (slot, n) in names.iter_mut().zip(["exc_type", "exc_value", "exc_traceback", "err_msg", "object"])
        {
            *slot = self.intern(n)?.value();
        }
        let names = self.new_tuple(&names)?;
        self.call_args(self.types().simple_namespace.value(), Args::with_keywords(&values, Some(names)))
    }

    /// Writes text to `sys.stderr`; to the process's standard error if there is none that works.
    pub fn write_stderr(&self, text: &str) {
        let n = self.names();
        let stream = self.interp().boot().sys.get_str(self, n.stderr).ok().flatten();
        if let Some(s) = stream.filter(|s| !s.is_none())
            && let Ok(t) = self.new_str(text)
            && self.call_method(s, n.write, &[t.value()]).is_ok()
        {
            let _ = self.call_method(s, n.flush, &[]);
            return;
        }
        if stream.is_some_and(Value::is_none) {
            return;
        }
        crate::process::write_fd(2, text.as_bytes());
    }
}

/// The source line of a syntax error with its markers.
fn syntax_source(text: &str, offset: Option<i64>, same_line: bool, end_offset: Option<i64>) -> Vec<String> {
    let right = text.trim_end_matches('\n');
    let left = right.trim_start_matches([' ', '\n', '\x0c']);
    let spaces = (right.chars().count() - left.chars().count()) as i64;
    let Some(mut offset) = offset else { return vec![format!("    {left}\n")] };
    let length = text.chars().count() as i64;
    let right_length = right.chars().count() as i64;
    let mut end = if same_line { end_offset.filter(|&n| n != 0).unwrap_or(offset) } else { right_length + 1 };
    if length > 0 && offset > length {
        offset = right_length + 1;
    }
    if length > 0 && end > length {
        end = right_length + 1;
    }
    if offset >= end || end < 0 {
        end = offset + 1;
    }
    let (col, end_col) = (offset - 1 - spaces, end - 1 - spaces);
    let mut out = vec![format!("    {left}\n")];
    if col >= 0 {
        let pad: String =
            left.chars().take(col as usize).map(|c| if c.is_whitespace() { c } else { ' ' }).collect();
        out.push(format!("    {pad}{}\n", "^".repeat((end_col - col).max(0) as usize)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_errors_point_at_the_place() {
        assert_eq!(syntax_source("  x = = 1\n", Some(7), true, Some(8)), ["    x = = 1\n", "        ^\n"]);
        assert_eq!(syntax_source("f(a b)\n", Some(3), true, Some(6)), ["    f(a b)\n", "      ^^^\n"]);
        assert_eq!(syntax_source("x", None, true, None), ["    x\n"]);
    }
}
