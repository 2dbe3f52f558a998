//! The register compiler: from the syntax tree and the symbol table to code units.
//!
//! Locals are operands in place; temporaries form a stack above them. An expression is compiled *to a value* (a
//! register or constant that already holds it, or a new temporary) or *into* a given register. Every instruction
//! that follows the evaluation of its operands writes its result last, so the result may overwrite an operand.

mod annotations;
mod calls;
mod class;
mod comprehension;
mod condition;
mod control;
mod displays;
mod expr;
mod function;
mod names;
mod pattern;
mod stmt;
mod strings;
mod suspend;
mod targets;
mod tries;
mod type_params;
mod with;

use crate::assemble::{Emitter, HERE, HandlerId, Label, NOWHERE};
use crate::ast::{Body, Module, Name, ScopeId, Span, Stmt};
use crate::code_unit::{CodeFlags, CodeUnit, Const};
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::opcodes::Op;
use crate::source::Source;
use crate::symtable::{ScopeKind, SymbolTable, flag};
use crate::{CompileOptions, Mode};
use std::rc::Rc;

type Result<T = (), E = SyntaxError> = std::result::Result<T, E>;

/// Statically nested blocks that CPython accepts (`CO_MAXBLOCKS`).
const MAX_BLOCKS: usize = 21;

/// Something that `return`, `break` and `continue` must leave properly.
#[derive(Clone, Copy)]
enum Block<'a> {
    Loop {
        end: Label,
        next: Label,
    },
    /// The body of a `try` with a `finally`: leaving runs the `finally` body, outside the region of `outer`.
    Finally {
        body: &'a Body,
        outer: Option<HandlerId>,
    },
    /// The body of a `try` that has only handlers: nothing to do.
    Try {
        outer: Option<HandlerId>,
    },
    /// A handler: the exception handled before is in the register.
    Handler {
        saved: u16,
        outer: Option<HandlerId>,
    },
    /// A clause of `except*`, which nothing may jump out of.
    StarHandler,
    /// A handler's `as name`.
    HandlerName {
        name: &'a Name,
        outer: Option<HandlerId>,
    },
    With {
        exit: u16,
        is_async: bool,
        span: Span,
        outer: Option<HandlerId>,
    },
}

/// One code object under construction.
struct Unit<'a> {
    scope: ScopeId,
    /// The innermost inlined comprehension, or `scope`.
    current: ScopeId,
    kind: ScopeKind,
    name: String,
    qualname: String,
    first_line: u32,
    flags: u32,
    argcount: u16,
    posonly: u16,
    kwonly: u16,
    cell_base: u16,
    free_base: u16,
    blocks: Vec<Block<'a>>,
    /// Attributes that methods of a class store through `self`.
    static_attributes: Vec<Name>,
    /// Names that `:=` binds: operands that hold them may change under an expression.
    has_named: bool,
    code: Emitter,
}

/// The compiler of one program.
struct Compiler<'a> {
    source: &'a Source<'a>,
    filename: Rc<str>,
    table: &'a SymbolTable,
    options: CompileOptions,
    mode: Mode,
    future_annotations: bool,
    units: Vec<Unit<'a>>,
    /// The unit being written; the others, outer to inner, are in `units`.
    unit: Unit<'a>,
}

/// Compiles a whole program.
///
/// # Errors
/// What CPython's compiler refuses, and units too large for operands.
pub fn compile(
    source: &Source<'_>,
    filename: Rc<str>,
    module: &Module,
    table: &SymbolTable,
    mode: Mode,
    options: &CompileOptions,
) -> Result<CodeUnit> {
    let mut options = *options;
    options.future_annotations |= crate::future::wants_annotations(&module.body);
    let unit = Unit::new(table, ScopeId::TOP, "<module>".into(), "<module>".into(), 1);
    let mut compiler = Compiler {
        source,
        filename,
        table,
        options,
        mode,
        future_annotations: options.future_annotations,
        units: Vec::new(),
        unit,
    };
    compiler.program(module)?;
    compiler.finish()
}

impl Unit<'_> {
    fn new(table: &SymbolTable, id: ScopeId, name: String, qualname: String, first_line: u32) -> Self {
        let scope = table.scope(id);
        let cell_base = scope.varnames.len().min(0x7000) as u16;
        let free_base = cell_base + scope.cellvars.len().min(0x7000) as u16;
        let temp_base = free_base.saturating_add(scope.freevars.len().min(0x1000) as u16);
        let mut code = Emitter::new(temp_base);
        let mut has_named = false;
        for symbol in &scope.symbols {
            if let crate::symtable::Binding::Local(register) = symbol.binding {
                if symbol.flags & flag::PARAM != 0 {
                    code.assigned.insert(register);
                }
                if symbol.flags & flag::DELETED != 0 {
                    code.deleted.insert(register);
                }
            }
            has_named |= symbol.flags & flag::NAMED != 0;
        }
        Unit {
            scope: id,
            current: id,
            kind: scope.kind,
            name,
            qualname,
            first_line,
            flags: 0,
            argcount: 0,
            posonly: 0,
            kwonly: 0,
            cell_base,
            free_base,
            blocks: Vec::new(),
            static_attributes: Vec::new(),
            has_named,
            code,
        }
    }
}

impl<'a> Compiler<'a> {
    fn error<T>(&self, message: impl Into<String>, span: Span) -> Result<T> {
        Err(self.source.error(message, span))
    }

    /// Runs `f` with instructions placed at `span`.
    fn at<T>(&mut self, span: Span, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.unit.code.span, span);
        let result = f(self);
        self.unit.code.span = outer;
        result
    }

    /// The line of a byte offset.
    fn line(&self, offset: u32) -> u32 {
        self.source.position(offset).0
    }

    /// Starts a code object.
    fn enter_unit(&mut self, scope: ScopeId, name: String, first_line: u32) {
        let qualname = self.qualname(&name);
        let unit = Unit::new(self.table, scope, name, qualname, first_line);
        let outer = std::mem::replace(&mut self.unit, unit);
        self.units.push(outer);
    }

    fn qualname(&self, name: &str) -> String {
        // The scope of type parameters does not show.
        let hidden = matches!(self.unit.kind, ScopeKind::TypeParams);
        let outer = if hidden { self.units.last().unwrap_or(&self.unit) } else { &self.unit };
        match outer.kind {
            ScopeKind::Module => name.to_owned(),
            _ if self
                .table
                .scope(outer.current)
                .symbol(name)
                .is_some_and(|symbol| symbol.flags & flag::GLOBAL != 0) =>
            {
                name.to_owned()
            }
            ScopeKind::Class => format!("{}.{name}", outer.qualname),
            _ => format!("{}.<locals>.{name}", outer.qualname),
        }
    }

    /// Ends the code object being written and goes back to the one around it.
    fn leave_unit(&mut self) -> Result<CodeUnit> {
        let Some(outer) = self.units.pop() else {
            return self.error("compiler lost its unit", Span::default());
        };
        let unit = std::mem::replace(&mut self.unit, outer);
        self.build(unit)
    }

    fn finish(mut self) -> Result<CodeUnit> {
        let empty = Unit::new(self.table, ScopeId::TOP, String::new(), String::new(), 1);
        let unit = std::mem::replace(&mut self.unit, empty);
        self.build(unit)
    }

    fn build(&self, unit: Unit<'_>) -> Result<CodeUnit> {
        let scope = self.table.scope(unit.scope);
        if scope.varnames.len() + scope.cellvars.len() + scope.freevars.len()
            > usize::from(unit.code.temp_base)
        {
            let message = crate::assemble::AssembleError::Registers.message();
            return Err(self.source.error_of(SyntaxErrorKind::OverflowError, message, Span::default()));
        }
        let (assembled, consts) = unit.code.assemble(self.source).map_err(|error| {
            self.source.error_of(SyntaxErrorKind::OverflowError, error.message(), Span::default())
        })?;
        let names = |names: &[Name]| names.iter().map(|name| name.to_string()).collect();
        let code = CodeUnit {
            name: unit.name,
            qualname: unit.qualname,
            filename: Rc::clone(&self.filename),
            first_line: unit.first_line,
            flags: CodeFlags(unit.flags),
            argcount: unit.argcount,
            posonlyargcount: unit.posonly,
            kwonlyargcount: unit.kwonly,
            varnames: names(&scope.varnames),
            cellvars: names(&scope.cellvars),
            freevars: names(&scope.freevars),
            nregs: assembled.nregs,
            consts: consts.into_values(),
            words: assembled.words,
            positions: assembled.positions,
            handlers: assembled.handlers,
        };
        #[cfg(any(test, debug_assertions))]
        if let Err(problem) = crate::verify::verify(&code) {
            panic!("bad code for {}: {problem}\n{}", code.qualname, crate::text::disassemble(&code));
        }
        Ok(code)
    }

    fn program(&mut self, module: &'a Module) -> Result {
        let first = module.body.first().map_or(Span::default(), |stmt| stmt.span);
        // As in CPython, a module begins before its first line.
        self.unit.code.span = NOWHERE;
        if let Mode::Single = self.mode
            && module.body.len() > 1
        {
            return self
                .error("multiple statements found while compiling a single statement", module.body[1].span);
        }
        self.unit_start();
        self.unit.code.span = first;
        match (self.mode, module.body.as_slice()) {
            (Mode::Eval, [Stmt { kind: crate::ast::StmtKind::Expr(value), .. }]) => {
                let value = self.value(value)?;
                self.unit.code.emit(Op::RETURN_VALUE, value.rk(), 0, 0);
            }
            (_, body) => {
                let body = self.docstring(body, true)?;
                self.body_annotations(module.annotations, &module.body)?;
                self.body(body)?;
                self.return_none();
            }
        }
        Ok(())
    }

    /// Cells, closure, RESUME.
    fn unit_start(&mut self) {
        let table = self.table;
        let scope = table.scope(self.unit.scope);
        for cell in 0..scope.own_cells {
            let param = scope.param_cells.iter().find(|(_, index)| *index == cell);
            let source = param.map_or(crate::opcodes::NO_OPERAND, |(param, _)| *param);
            self.unit.code.emit(Op::MAKE_CELL, self.unit.cell_base + cell, source, 0);
        }
        if !scope.freevars.is_empty() {
            self.unit.code.emit(Op::COPY_FREE_VARS, scope.freevars.len() as u16, 0, 0);
        }
        self.unit.code.emit(Op::RESUME, 0, 0, 0);
    }

    /// The return that the source does not show.
    fn return_none(&mut self) {
        let none = self.unit.code.constant_val(&Const::None);
        self.at(HERE, |this| this.unit.code.emit(Op::RETURN_VALUE, none.rk(), 0, 0));
    }

    /// A jump that the source does not show, to the end of a statement or back to the head of a loop.
    fn jump_here(&mut self, op: Op, label: Label) {
        self.at(HERE, |this| this.unit.code.emit_jump(op, 0, 0, 0, label));
    }

    /// Makes a line of its own for what has no code: it goes where a neighbour has the line.
    fn mark_line(&mut self, span: Span) {
        self.at(span, |this| this.unit.code.emit(Op::NOP, 0, 0, 0));
    }

    fn push_block(&mut self, block: Block<'a>, span: Span) -> Result {
        let nested = self
            .unit
            .blocks
            .iter()
            .filter(|block| !matches!(block, Block::HandlerName { .. } | Block::StarHandler))
            .count();
        if nested >= MAX_BLOCKS {
            return self.error("too many statically nested blocks", span);
        }
        self.unit.blocks.push(block);
        Ok(())
    }
}
