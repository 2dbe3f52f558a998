//! SyntaxError objects from what the compiler says.

use vm_compiler::{SyntaxError, SyntaxErrorKind};

use crate::{
    error::{PyResult, Thrown},
    value::Value,
    vm::Vm,
};

impl Vm {
    /// The exception for a source text that the compiler refused.
    #[cold]
    pub fn syntax_error(&self, e: &SyntaxError, filename: &str) -> Thrown {
        self.try_syntax_error(e, filename).unwrap_or_else(|e| e)
    }

    fn try_syntax_error(&self, e: &SyntaxError, filename: &str) -> PyResult<Thrown> {
        let exc = self.exc();
        let class = match e.kind {
            SyntaxErrorKind::SyntaxError => exc.syntax_error,
            SyntaxErrorKind::IndentationError => exc.indentation_error,
            SyntaxErrorKind::TabError => exc.tab_error,
            SyntaxErrorKind::RecursionError => return Ok(self.recursion_error(&e.message)),
            SyntaxErrorKind::MemoryError => return Ok(self.new_error(exc.memory_error, &e.message)),
            SyntaxErrorKind::ValueError => return Ok(self.value_error(&e.message)),
            SyntaxErrorKind::OverflowError => return Ok(self.overflow_error(&e.message)),
        };
        let int = |n: u32| Value::small_int(i64::from(n));
        let text = match &e.text {
            Some(t) => self.new_str(t)?.value(),
            None => Value::NONE,
        };
        let message = self.new_str(&e.message)?.value();
        let file = self.new_str(filename)?.value();
        let place = [file, int(e.line), int(e.col), text, int(e.end_line), int(e.end_col)];
        let place = self.new_tuple(&place)?.value();
        let x = self.call(class.value(), &[message, place])?;
        Ok(Thrown(x))
    }
}
