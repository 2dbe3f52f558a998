//! Second half of the symbol table: where each name lives.

use super::{Binding, Scope, ScopeKind, Symbol, SymbolTable, flag};
use crate::ast::{Name, ScopeId};
use crate::error::SyntaxError;
use crate::source::Source;

/// Decides the binding of every symbol, and the register names of every function.
///
/// # Errors
/// A `nonlocal` name that no enclosing function binds.
pub fn resolve(source: &Source<'_>, table: &mut SymbolTable) -> Result<(), SyntaxError> {
    let count = table.scopes.len();
    for index in 0..count {
        capture_names(source, table, ScopeId(index as u32))?;
    }
    for index in 0..count {
        if !table.scopes[index].inlined {
            number_names(table, ScopeId(index as u32));
        }
    }
    // Now each function knows its cells and closure: give the remaining names theirs.
    for index in 0..count {
        bind_names(table, ScopeId(index as u32));
    }
    Ok(())
}

/// Finds, for each name of scope `id` that is not bound in it, the function that binds it.
fn capture_names(source: &Source<'_>, table: &mut SymbolTable, id: ScopeId) -> Result<(), SyntaxError> {
    let scope = table.scope(id);
    let wanted: Vec<(Name, u16)> = scope
        .symbols
        .iter()
        .filter(|symbol| symbol.flags & flag::GLOBAL == 0)
        .filter(|symbol| symbol.flags & flag::NONLOCAL != 0 || symbol.flags & flag::BOUND == 0)
        .map(|symbol| (symbol.name.clone(), symbol.flags))
        .collect();
    let (inlined, parent) = (scope.inlined, scope.parent);
    let sees_class = scope.sees_class;
    for (name, flags) in wanted {
        // A name that an inlined comprehension only uses is a plain use by the function around it.
        let found = if inlined { provides(table, id, &name) } else { capture_from(table, id, &name) };
        if !found && flags & flag::NONLOCAL != 0 && !inlined {
            let span = table.scope(id).symbol(&name).map(|symbol| symbol.span).unwrap_or_default();
            return Err(source.error(format!("no binding for nonlocal '{name}' found"), span));
        }
    }
    if sees_class && parent.is_some() {
        let name: Name = "__classdict__".into();
        capture_from(table, id, &name);
    }
    Ok(())
}

/// Resolves a name that the inlined scope `id` uses and does not bind.
fn provides(table: &mut SymbolTable, id: ScopeId, name: &Name) -> bool {
    let Some(parent) = table.scope(id).parent else { return false };
    let scope = table.scope(parent);
    let flags = scope.flags(name);
    if flags & flag::GLOBAL != 0 {
        return false;
    }
    if flags & flag::BOUND != 0 && flags & flag::NONLOCAL == 0 {
        return true;
    }
    if scope.inlined { provides(table, parent, name) } else { capture_from(table, parent, name) }
}

/// Captures `name` for scope `id` from the scopes around it.
fn capture_from(table: &mut SymbolTable, id: ScopeId, name: &Name) -> bool {
    let Some(parent) = table.scope(id).parent else { return false };
    let found = capture(table, parent, name);
    if found {
        add_free(table, id, name);
    }
    found
}

fn add_free(table: &mut SymbolTable, id: ScopeId, name: &Name) {
    let scope = &mut table.scopes[id.index()];
    if !scope.freevars.contains(name) {
        scope.freevars.push(name.clone());
    }
}

/// Makes `name` available as a cell in scope `id`, for a scope inside it.
fn capture(table: &mut SymbolTable, id: ScopeId, name: &Name) -> bool {
    let scope = &mut table.scopes[id.index()];
    match scope.kind {
        ScopeKind::Module => return false,
        ScopeKind::Class => {
            if &**name == "__class__" {
                scope.needs_class_cell = true;
                return true;
            }
            if &**name == "__classdict__" {
                scope.needs_class_dict = true;
                return true;
            }
        }
        _ => {
            if let Some(symbol) = scope.symbol_mut(name) {
                if symbol.flags & flag::GLOBAL != 0 {
                    return false;
                }
                if symbol.flags & flag::BOUND != 0 && symbol.flags & flag::NONLOCAL == 0 {
                    symbol.flags |= flag::CELL;
                    return true;
                }
            }
        }
    }
    let scope = table.scope(id);
    if scope.inlined {
        return scope.parent.is_some_and(|parent| capture(table, parent, name));
    }
    capture_from(table, id, name)
}

/// Numbers registers, cells and closure cells of the code unit of scope `id`.
fn number_names(table: &mut SymbolTable, id: ScopeId) {
    let scope = &mut table.scopes[id.index()];
    scope.freevars.sort();
    if !scope.is_function() {
        if scope.needs_class_cell {
            scope.cellvars.push("__class__".into());
        }
        if scope.needs_class_dict {
            scope.cellvars.push("__classdict__".into());
        }
        scope.own_cells = scope.cellvars.len() as u16;
        return;
    }
    let mut cells: Vec<Name> = Vec::new();
    let param_count = usize::from(scope.param_count);
    for (index, symbol) in scope.symbols.iter_mut().enumerate() {
        let here = symbol.flags & flag::BOUND != 0 && symbol.flags & (flag::GLOBAL | flag::NONLOCAL) == 0;
        if !here {
            continue;
        }
        let is_cell = symbol.flags & flag::CELL != 0;
        if index < param_count || !is_cell {
            symbol.binding = Binding::Local(scope.varnames.len() as u16);
            scope.varnames.push(symbol.name.clone());
        }
        if is_cell {
            cells.push(symbol.name.clone());
        }
    }
    cells.sort();
    for symbol in scope.symbols.iter_mut().filter(|symbol| symbol.flags & flag::CELL != 0) {
        if let Ok(index) = cells.binary_search(&symbol.name) {
            symbol.binding = Binding::Cell(index as u16);
        }
    }
    for index in 0..param_count {
        if let Some(cell) = cells.iter().position(|name| *name == scope.symbols[index].name) {
            scope.param_cells.push((index as u16, cell as u16));
        }
    }
    scope.own_cells = cells.len() as u16;
    scope.cellvars = cells;
    let mut active = Vec::new();
    place_inlined(table, id, id, &mut active);
}

/// A register or cell given to a variable of an inlined comprehension.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Local(u16),
    Cell(u16),
}

/// Gives the variables of the comprehensions inlined into `unit`, below `id`, registers of their own. Comprehensions
/// that are never active together share registers of one name.
fn place_inlined(table: &mut SymbolTable, unit: ScopeId, id: ScopeId, active: &mut Vec<Slot>) {
    let own_locals = own_count(table, unit);
    let children = table.scope(id).inlined_children.clone();
    for child in children {
        let depth = active.len();
        for symbol in 0..table.scope(child).symbols.len() {
            let Symbol { name, flags, .. } = &table.scope(child).symbols[symbol];
            if flags & flag::BOUND == 0 || flags & (flag::GLOBAL | flag::NONLOCAL) != 0 {
                continue;
            }
            let (name, is_cell) = (name.clone(), flags & flag::CELL != 0);
            let slot = take_slot(&mut table.scopes[unit.index()], &name, is_cell, own_locals, active);
            active.push(slot);
            table.scopes[child.index()].symbols[symbol].binding = match slot {
                Slot::Local(index) => Binding::Local(index),
                Slot::Cell(index) => Binding::Cell(index),
            };
        }
        place_inlined(table, unit, child, active);
        active.truncate(depth);
    }
}

/// Locals and cells that belong to the function itself.
fn own_count(table: &SymbolTable, unit: ScopeId) -> (usize, usize) {
    let scope = table.scope(unit);
    let own = |symbol: &&Symbol| {
        symbol.flags & flag::BOUND != 0 && symbol.flags & (flag::GLOBAL | flag::NONLOCAL) == 0
    };
    let cells = scope.symbols.iter().filter(own).filter(|symbol| symbol.flags & flag::CELL != 0).count();
    let param_count = usize::from(scope.param_count);
    let locals = scope
        .symbols
        .iter()
        .enumerate()
        .filter(|(index, symbol)| own(symbol) && (*index < param_count || symbol.flags & flag::CELL == 0))
        .count();
    (locals, cells)
}

fn take_slot(unit: &mut Scope, name: &Name, is_cell: bool, own: (usize, usize), active: &[Slot]) -> Slot {
    let (names, first) = if is_cell { (&mut unit.cellvars, own.1) } else { (&mut unit.varnames, own.0) };
    let slot = |index: usize| if is_cell { Slot::Cell(index as u16) } else { Slot::Local(index as u16) };
    for (index, other) in names.iter().enumerate().skip(first) {
        if other == name && !active.contains(&slot(index)) {
            return slot(index);
        }
    }
    names.push(name.clone());
    slot(names.len() - 1)
}

/// Fills the bindings of scope `id`.
fn bind_names(table: &mut SymbolTable, id: ScopeId) {
    let unit = table.unit_of(id);
    for index in 0..table.scope(id).symbols.len() {
        let scope = table.scope(id);
        let symbol = &scope.symbols[index];
        let bound = symbol.flags & flag::BOUND != 0 && symbol.flags & flag::NONLOCAL == 0;
        let binding = if symbol.flags & flag::GLOBAL != 0 {
            Binding::Global
        } else if bound && scope.is_function() {
            // Numbered already.
            continue;
        } else if bound {
            Binding::Name
        } else {
            let name = symbol.name.clone();
            if scope.inlined {
                let parent = scope.parent.unwrap_or(ScopeId::TOP);
                // Parents are numbered before their children, so the parent's bindings are final.
                table.binding(parent, &name)
            } else {
                table.scope(unit).outer_binding(&name)
            }
        };
        table.scopes[id.index()].symbols[index].binding = binding;
    }
}
