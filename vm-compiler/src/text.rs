//! Text form of code units, and the opcode table as a page of documentation.

use crate::code_unit::{CodeUnit, Const};
use crate::opcodes::{ALL, Aux, BinOp, CmpOp, INPLACE, NO_OPERAND, Op, Operand, RK_CONST};
use std::fmt::Write;

/// One decoded instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Instruction {
    /// Word offset.
    pub at: usize,
    /// Opcode.
    pub op: Op,
    /// A, B, C.
    pub operands: [u16; 3],
    /// Aux field of the first cache word.
    pub aux: u64,
}

impl Instruction {
    /// Decodes the instruction at word `at`; `None` if there is none. Flags of the code word are ignored.
    #[must_use]
    pub fn decode(words: &[u64], at: usize) -> Option<Instruction> {
        let word = *words.get(at)?;
        let op = Op::from_u16((word & crate::opcodes::OPCODE_MASK) as u16)?;
        let operands = [(word >> 16) as u16, (word >> 32) as u16, (word >> 48) as u16];
        let aux = if op.info().cache > 0 { words.get(at + 1)? >> 16 } else { 0 };
        Some(Instruction { at, op, operands, aux })
    }

    /// Word offset of the next instruction.
    #[must_use]
    pub fn next(&self) -> usize {
        self.at + self.op.words()
    }

    /// Word offset that the instruction may jump to.
    #[must_use]
    pub fn target(&self) -> Option<i64> {
        let info = self.op.info();
        let offset = if info.aux == Aux::Jump {
            self.aux as u32 as i32
        } else if info.operands.contains(&Operand::Jump) {
            (u32::from(self.operands[1]) | u32::from(self.operands[2]) << 16) as i32
        } else {
            return None;
        };
        Some(self.next() as i64 + i64::from(offset))
    }
}

/// Text of a constant, as Python would write it.
#[must_use]
pub fn constant_text(value: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(constant_text).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".into(),
        Const::True => "True".into(),
        Const::False => "False".into(),
        Const::Ellipsis => "...".into(),
        Const::Int(int) => int.to_string(),
        Const::BigInt(big) => big.to_string(),
        Const::Float(float) => format!("{float:?}"),
        Const::Complex(real, imag) => format!("({real:?}+{imag:?}j)"),
        Const::Str(string) => format!("{string:?}"),
        Const::StrSurrogates(points) => format!("<str of {} code points>", points.len()),
        Const::Bytes(bytes) => format!("b\"{}\"", bytes.escape_ascii()),
        Const::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
        Const::Code(code) => format!("<code {}>", code.qualname),
    }
}

fn register_text(unit: &CodeUnit, register: u16) -> String {
    let index = usize::from(register);
    let (nlocals, ncells) = (unit.varnames.len(), unit.cellvars.len());
    if let Some(name) = unit.varnames.get(index) {
        return name.clone();
    }
    if let Some(name) = unit.cellvars.get(index - nlocals) {
        return format!("cell:{name}");
    }
    match unit.freevars.get(index - nlocals - ncells) {
        Some(name) => format!("free:{name}"),
        None => format!("t{}", index - usize::from(unit.temp_base())),
    }
}

fn k_text(unit: &CodeUnit, index: u16) -> String {
    let text = unit.consts.get(usize::from(index)).map_or_else(|| format!("const {index}?"), constant_text);
    if text.chars().count() > 60 { text.chars().take(57).chain("...".chars()).collect() } else { text }
}

fn operand_text(unit: &CodeUnit, kind: Operand, value: u16) -> Option<String> {
    Some(match kind {
        Operand::No | Operand::Jump => return None,
        Operand::Imm => value.to_string(),
        Operand::K => k_text(unit, value),
        Operand::Rk if value & RK_CONST != 0 => k_text(unit, value & !RK_CONST),
        Operand::Src if value == NO_OPERAND => "-".into(),
        Operand::Base | Operand::DstBase => format!("{}..", register_text(unit, value)),
        _ => register_text(unit, value),
    })
}

fn aux_text(unit: &CodeUnit, instruction: &Instruction) -> Option<String> {
    let aux = instruction.aux;
    Some(match instruction.op.info().aux {
        Aux::No | Aux::Jump => return None,
        Aux::BinOp => {
            let number = aux as u8;
            let (number, suffix) = if number >= INPLACE { (number - INPLACE, "=") } else { (number, "") };
            format!("{}{suffix}", BinOp::ALL.get(usize::from(number))?.symbol())
        }
        Aux::CmpOp => CmpOp::ALL.get(aux as usize)?.symbol().to_owned(),
        Aux::K => k_text(unit, aux as u16),
        Aux::Imm => aux.to_string(),
    })
}

/// One instruction as text, without its offset: opcode, operands, aux, target.
#[must_use]
pub fn instruction_text(unit: &CodeUnit, instruction: &Instruction) -> String {
    let info = instruction.op.info();
    let mut parts: Vec<String> = info
        .operands
        .iter()
        .zip(instruction.operands)
        .filter_map(|(kind, value)| operand_text(unit, *kind, value))
        .collect();
    if info.base == Op::COMPARE_JUMP {
        let a = instruction.operands[0];
        let symbol = CmpOp::ALL.get(usize::from(a & 7)).map_or("?", |op| op.symbol());
        let sense = if a & crate::opcodes::COMPARE_JUMP_IF_TRUE != 0 { "if" } else { "unless" };
        parts[0] = format!("{sense} {symbol}");
    }
    parts.extend(aux_text(unit, instruction));
    if let Some(target) = instruction.target() {
        parts.push(format!("-> {target}"));
    }
    format!("{:<26} {}", info.name, parts.join(", ")).trim_end().to_owned()
}

/// Text form of `unit` and of every code object nested in it.
#[must_use]
pub fn disassemble(unit: &CodeUnit) -> String {
    let mut out = String::new();
    let mut pending = vec![unit];
    let mut first = true;
    while let Some(unit) = pending.pop() {
        if !first {
            out.push('\n');
        }
        first = false;
        one(unit, &mut out);
        let nested = unit.consts.iter().filter_map(|value| match value {
            Const::Code(code) => Some(&**code),
            _ => None,
        });
        let nested: Vec<&CodeUnit> = nested.collect();
        pending.extend(nested.into_iter().rev());
    }
    out
}

fn one(unit: &CodeUnit, out: &mut String) {
    let _ = writeln!(
        out,
        "code {} (line {}, {} args, {} registers, flags {:#x})",
        unit.qualname, unit.first_line, unit.argcount, unit.nregs, unit.flags.0
    );
    for (title, names) in [("locals", &unit.varnames), ("cells", &unit.cellvars), ("free", &unit.freevars)] {
        if !names.is_empty() {
            let _ = writeln!(out, "  {title}: {}", names.join(", "));
        }
    }
    let mut at = 0;
    let mut line = 0;
    let mut positions = unit.positions.iter();
    while let Some(instruction) = Instruction::decode(&unit.words, at) {
        let position = positions.next();
        let here = position.map_or(0, |position| position.line);
        let shown = if here == line { String::new() } else { here.to_string() };
        line = here;
        let live = position.map_or(0, |position| position.live);
        let _ =
            writeln!(out, "{shown:>6} {at:>5}  {:<60} ; live {live}", instruction_text(unit, &instruction));
        at = instruction.next();
    }
    for handler in &unit.handlers {
        let reg = register_text(unit, handler.reg);
        let _ = writeln!(out, "  handler {}..{} -> {} in {reg}", handler.start, handler.end, handler.target);
    }
}

/// The opcode table as a Markdown page.
#[must_use]
pub fn opcode_page() -> String {
    let mut out = String::from(
        "# Opcodes\n\nGenerated from the opcode table. A, B and C are the operands of the code word; aux lies in the \
         first cache word. Specialized forms are indented below the form they specialize.\n\n\
         | opcode | operands | aux | cache words | meaning |\n|---|---|---|---|---|\n",
    );
    for &op in ALL {
        let info = op.info();
        let operands: Vec<String> = info
            .operands
            .iter()
            .zip(["A", "B", "C"])
            .filter(|(kind, _)| **kind != Operand::No)
            .map(|(kind, name)| format!("{name} {}", operand_name(*kind)))
            .collect();
        let aux = if info.aux == Aux::No { String::new() } else { format!("{:?}", info.aux) };
        let indent = if info.base == op { "" } else { "&emsp;" };
        let doc = info.doc.replace('|', "\\|");
        let _ = writeln!(
            out,
            "| {indent}`{}` | {} | {aux} | {} | {doc} |",
            info.name,
            operands.join(", "),
            info.cache
        );
    }
    out
}

fn operand_name(kind: Operand) -> &'static str {
    match kind {
        Operand::No => "",
        Operand::Dst => "written",
        Operand::Src => "register",
        Operand::Acc => "changed in place",
        Operand::Rk => "register or constant",
        Operand::K => "constant",
        Operand::Imm => "number",
        Operand::Base => "first of a block",
        Operand::DstBase => "first of a written block",
        Operand::Jump => "jump (with C)",
    }
}
