//! Makes a Python program from a seed: the statements. Expressions are in `expression`.
//!
//! The program always ends: loops are counted, recursion has a budget, numbers and texts are cut to size. Every statement
//! that may raise is in a `try` that prints the exception's type (wordings differ between Python versions).

use super::expression::{KINDS, Kind};
use super::random::Random;

/// What every program starts with: guards that keep values small, and classes that the rest uses.
const PRELUDE: &str = r#"import math, itertools
budget, steps = [400], [3000]
def step():
    steps[0] -= 1
    return steps[0] < 0
def cut(v, depth=3):
    # A copy of bounded size and depth: no cycles, no sharing, so that no repr or comparison explodes.
    if isinstance(v, bool): return v
    if isinstance(v, int): return v if -10 ** 60 < v < 10 ** 60 else v % 1000003
    if isinstance(v, str): return v[:12]
    if isinstance(v, (list, tuple, dict, set, Base)) and depth == 0: return 'deep'
    if isinstance(v, list): return [cut(x, depth - 1) for x in v[:8]]
    if isinstance(v, tuple): return tuple(cut(x, depth - 1) for x in v[:8])
    if isinstance(v, dict): return {k: cut(x, depth - 1) for k, x in list(v.items())[:8]}
    if isinstance(v, (set, frozenset)): return [cut(x, depth - 1) for x in sorted(v, key=repr)[:8]]
    if isinstance(v, Base): return type(v)(cut(v.a, depth - 1), cut(v.b, depth - 1))
    return v
def small(v): return v % 7 if isinstance(v, int) else 2
def plain(text):
    # Without addresses.
    first, *rest = text.split(' at 0x')
    return first + ''.join(' at 0x' + r.lstrip('0123456789abcdef') for r in rest)
def show(v):
    try: print(type(v).__name__, plain(repr(cut(v)))[:200])
    except Exception as e: print('repr', type(e).__name__)
class Base:
    kind = 'base'
    def __init__(self, a=1, b=2): self.a, self.b = a, b
    def total(self): return self.a + self.b
    def __repr__(self): return '%s(%r, %r)' % (type(self).__name__, self.a, self.b)
    def __eq__(self, o): return isinstance(o, Base) and self.a == o.a
    def __hash__(self): return hash(str(self.a))
class Derived(Base):
    __slots__ = ('extra',)
    def __init__(self, *args, **kw): super().__init__(*args, **kw); self.extra = 'x'
    def total(self): return (super().total(), self.extra)
    @property
    def doubled(self): return self.a * 2
    @classmethod
    def make(cls, v): return cls(v, b=v)
    def __add__(self, o): return Derived(self.a, o)
    def __getitem__(self, i): return (self.a, self.b)[i]
    def __len__(self): return 2
    def __call__(self, x=0): return [self.b, x]
class Plain:
    def __repr__(self): return 'plain'
class Manager:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): return self
    def __exit__(self, kind, value, tb): print('exit', kind and kind.__name__); return self.swallow
"#;

/// A program in the making.
pub struct Generator {
    /// Where choices come from.
    pub random: Random,
    out: String,
    indent: usize,
    /// Variables in reach, and what they probably hold.
    pub names: Vec<(String, Kind)>,
    /// Functions in reach; a generator function's calls go through `list`.
    pub functions: Vec<(String, bool)>,
    pub(super) fresh: usize,
}

/// The program of `seed`.
pub fn program(seed: u64) -> String {
    let mut g = Generator {
        random: Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)),
        out: PRELUDE.to_owned(),
        indent: 0,
        names: Vec::new(),
        functions: Vec::new(),
        fresh: 0,
    };
    let start = [
        ("a", "1", Kind::Int),
        ("b", "2.5", Kind::Float),
        ("c", "'text'", Kind::Str),
        ("d", "[1, 2, 3]", Kind::List),
        ("e", "{'k': 1, 2: 'v'}", Kind::Dict),
        ("f", "Derived(3)", Kind::Object),
        ("g", "(1, 'x', None)", Kind::Tuple),
        ("h", "10 ** 20", Kind::Int),
    ];
    for (name, value, kind) in start {
        g.line(&format!("{name} = {value}"));
        g.names.push((name.to_owned(), kind));
    }
    for _ in 0..2 + g.random.below(3) {
        g.function();
    }
    for _ in 0..14 + g.random.below(16) {
        g.statement(3);
    }
    for (name, _) in g.names.clone() {
        g.line(&format!("show({name})"));
    }
    g.out
}

impl Generator {
    pub(super) fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    pub(super) fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(head);
        self.indent += 1;
        body(self);
        self.indent -= 1;
    }

    /// A new variable, bound to None first because the statement that sets it may raise.
    fn fresh_name(&mut self, kind: Kind) -> String {
        self.fresh += 1;
        let name = format!("v{}", self.fresh);
        self.line(&format!("{name} = None"));
        self.names.push((name.clone(), kind));
        name
    }

    pub(super) fn guarded(&mut self, body: impl FnOnce(&mut Self)) {
        self.block("try:", body);
        self.line("except Exception as error: print(type(error).__name__)");
    }

    /// Statements of a nested block; names that it makes may stay unbound after it and are forgotten.
    pub(super) fn body(&mut self, depth: usize) {
        let known = self.names.len();
        for _ in 0..1 + self.random.below(3) {
            self.statement(depth - 1);
        }
        self.names.truncate(known);
    }

    fn function(&mut self) {
        let name = format!("fun{}", self.functions.len());
        let parameters = [("p", Kind::Any), ("q", Kind::Int), ("rest", Kind::Tuple), ("kw", Kind::Dict)];
        let parameters = parameters.map(|(name, kind)| (name.to_owned(), kind)).to_vec();
        let outer = std::mem::replace(&mut self.names, parameters);
        let generator = self.random.one_in(4);
        self.block(&format!("def {name}(p, q=5, *rest, **kw):"), |g| {
            g.line("budget[0] -= 1");
            g.line("if budget[0] < 0: raise RuntimeError('budget')");
            for _ in 0..1 + g.random.below(4) {
                g.statement(2);
            }
            let value = g.expression(Kind::Any, 2);
            if generator {
                let (yielded, n) = (g.expression(Kind::Any, 2), 1 + g.random.below(4));
                g.block(&format!("for i in range({n}):"), |g| {
                    g.line(&format!("got = yield cut(({yielded}, i))"))
                });
                g.line(&format!("return {value}"));
            } else {
                g.line(&format!("return cut({value})"));
            }
        });
        self.names = outer;
        self.functions.push((name, generator));
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(if depth == 0 { 7 } else { 21 }) {
            0 | 1 => {
                let make = self.random.one_in(3);
                let (target, kind) = if make {
                    let kind = KINDS[self.random.below(KINDS.len())];
                    (self.fresh_name(kind), kind)
                } else {
                    let i = self.random.below(self.names.len());
                    self.names[i].clone()
                };
                let value = self.expression(kind, 3);
                self.guarded(|g| g.line(&format!("{target} = cut({value})")));
            }
            2 => {
                let i = self.random.below(self.names.len());
                let (target, kind) = self.names[i].clone();
                let value = self.expression(kind, 1);
                let op = match kind {
                    Kind::Int => self.random.pick(&["+=", "-=", "//=", "%=", "|=", "&=", "^=", ">>="]),
                    Kind::Float => self.random.pick(&["+=", "-=", "/=", "*="]),
                    Kind::Dict => "|=",
                    _ => "+=",
                };
                let value = if op == ">>=" { format!("small({value})") } else { value };
                self.guarded(|g| {
                    g.line(&format!("{target} {op} {value}"));
                    g.line(&format!("{target} = cut({target})"));
                });
            }
            3 => {
                let value = self.expression(Kind::Any, 3);
                self.guarded(|g| g.line(&format!("show({value})")));
            }
            4 => self.change_list(),
            5 => self.change_dict(),
            6 => {
                let (target, value) = (self.name(Kind::Object), self.expression(Kind::Any, 2));
                let attribute = self.random.pick(&["a", "b", "other", "doubled", "extra"]);
                self.guarded(|g| g.line(&format!("{target}.{attribute} = cut({value})")));
            }
            7 => {
                let condition = self.condition(2);
                self.guarded(|g| {
                    g.block(&format!("if {condition}:"), |g| g.body(depth));
                    if g.random.one_in(2) {
                        let other = g.condition(1);
                        g.block(&format!("elif {other}:"), |g| g.body(depth));
                    }
                    if g.random.one_in(2) {
                        g.block("else:", |g| g.body(depth));
                    }
                });
            }
            8 | 9 => self.for_loop(depth),
            10 => self.while_loop(depth),
            11 => self.try_statement(depth),
            12 => {
                let swallow = self.random.pick(&["True", "False"]);
                self.guarded(|g| g.block(&format!("with Manager({swallow}) as manager:"), |g| g.body(depth)));
            }
            13 => {
                let (x, y) = (self.fresh_name(Kind::Any), self.fresh_name(Kind::Any));
                let (kind, star) = (
                    if self.random.one_in(2) { Kind::Tuple } else { Kind::List },
                    self.random.pick(&["", "*"]),
                );
                let value = self.expression(kind, 2);
                self.guarded(|g| g.line(&format!("{x}, {star}{y} = cut({value})")));
            }
            14 => self.local_function(),
            15 => self.local_class(depth),
            _ => self.feature(depth),
        }
    }

    fn change_list(&mut self) {
        let target = self.name(Kind::List);
        let (value, index) = (self.expression(Kind::Any, 1), self.expression(Kind::Int, 1));
        let action = match self.random.below(10) {
            0 | 1 => format!("{target}[small({index})] = cut({value})"),
            2 => format!("{target}.append(cut({value}))"),
            3 => format!("del {target}[small({index})]"),
            4 => format!("{target}.insert(small({index}), cut({value}))"),
            5 => format!("{target}[1:small({index})] = [cut({value})]"),
            6 => format!("show({target}.pop())"),
            7 => format!("{target}.extend(cut({value}))"),
            8 => format!("{target}.sort(key=repr)"),
            _ => format!("{target}.remove({value})"),
        };
        self.guarded(|g| g.line(&action));
    }

    fn change_dict(&mut self) {
        let target = self.name(Kind::Dict);
        let (value, key) = (self.expression(Kind::Any, 1), self.expression(Kind::Any, 1));
        let action = match self.random.below(7) {
            0 | 1 => format!("{target}[{key}] = cut({value})"),
            2 => format!("del {target}[{key}]"),
            3 => format!("show({target}.setdefault({key}, cut({value})))"),
            4 => format!("show({target}.pop({key}, 'absent'))"),
            5 => format!("{target}.update({{'u': cut({value})}})"),
            _ => format!("show({target}.popitem())"),
        };
        self.guarded(|g| g.line(&action));
    }

    fn for_loop(&mut self, depth: usize) {
        let (n, pick) = (1 + self.random.below(40), self.random.below(7));
        let (source, kind) = match pick {
            0 => (format!("cut({})", self.expression(Kind::List, 1)), Kind::Any),
            1 => (format!("cut({})", self.expression(Kind::Str, 1)), Kind::Str),
            2 => ("itertools.islice(itertools.cycle([1, 2.5, 'z']), 7)".into(), Kind::Any),
            3 => (format!("list(cut({}).items())", self.expression(Kind::Dict, 1)), Kind::Tuple),
            _ => (format!("range({n})"), Kind::Int),
        };
        let name = self.fresh_name(kind);
        self.guarded(|g| {
            g.block(&format!("for {name} in {source}:"), |g| {
                g.line("if step(): break");
                g.body(depth);
                if g.random.one_in(3) {
                    let (word, condition) = (g.random.pick(&["break", "continue"]), g.condition(1));
                    g.line(&format!("if {condition}: {word}"));
                    g.body(depth);
                }
            });
            if g.random.one_in(4) {
                g.block("else:", |g| g.line("print('loop ended')"));
            }
        });
    }

    fn while_loop(&mut self, depth: usize) {
        self.fresh += 1;
        let (counter, limit) = (format!("n{}", self.fresh), 1 + self.random.below(30));
        let condition =
            if self.random.one_in(2) { format!(" and not ({})", self.condition(1)) } else { String::new() };
        self.line(&format!("{counter} = 0"));
        self.guarded(|g| {
            g.block(&format!("while {counter} < {limit}{condition}:"), |g| {
                g.line(&format!("{counter} += 1"));
                g.line("if step(): break");
                g.body(depth);
            });
        });
        self.names.push((counter, Kind::Int));
    }

    fn try_statement(&mut self, depth: usize) {
        let kinds = ["ValueError", "KeyError", "(TypeError, IndexError)", "ZeroDivisionError", "Exception"];
        let (kind, value) = (self.random.pick(&kinds), self.expression(Kind::Any, 1));
        self.guarded(|g| {
            g.block("try:", |g| {
                g.body(depth);
                match g.random.below(4) {
                    0 => g.line(&format!("raise ValueError(cut({value}))")),
                    1 => g.line(&format!("({value}) / 0")),
                    2 => g.line(&format!("list()[{value}]")),
                    _ => g.line(&format!("{{}}[{value}]")),
                }
            });
            g.block(&format!("except {kind} as error:"), |g| {
                g.line("print('caught', type(error).__name__, type(error.__context__).__name__)");
                match g.random.below(4) {
                    0 => g.line("raise"),
                    1 => g.line("raise RuntimeError('again') from error"),
                    _ => g.body(depth),
                }
            });
            if g.random.one_in(2) {
                g.block("finally:", |g| {
                    g.line("print('finally')");
                    g.body(depth);
                });
            }
        });
    }

    /// A function with a default and a captured variable; half of them change a variable of their own maker.
    fn local_function(&mut self) {
        self.fresh += 1;
        let (name, n) = (format!("f{}", self.fresh), 1 + self.random.below(5));
        let (captured, default, step) =
            (self.name(Kind::Any), self.expression(Kind::Any, 1), self.expression(Kind::Int, 1));
        self.guarded(|g| {
            g.block(&format!("def {name}(start, y=cut({default})):"), |g| {
                g.line("total = start");
                g.block("def inner(x):", |g| {
                    g.line("nonlocal total");
                    g.line(&format!("total = cut(total + x + {step})"));
                    g.line(&format!("return [total, y, {captured}]"));
                });
                g.line("return inner");
            });
            g.line(&format!("made = {name}(1)"));
            g.line(&format!("show([cut(made(i)) for i in range({n})])"));
        });
    }

    fn local_class(&mut self, depth: usize) {
        self.fresh += 1;
        let name = format!("C{}", self.fresh);
        let base = self.random.pick(&["Base", "Derived", "dict", "list", "object"]);
        let (attribute, value) = (self.expression(Kind::Any, 1), self.expression(Kind::Any, 2));
        self.guarded(|g| {
            g.block(&format!("class {name}({base}):"), |g| {
                g.line(&format!("attribute = cut({attribute})"));
                g.block("def method(self, p=1, *rest):", |g| {
                    g.line(&format!("return cut(({value}, self.attribute, p, rest))"))
                });
                if g.random.one_in(2) {
                    g.line("def __len__(self): return 3");
                }
                if g.random.one_in(3) {
                    g.line("def __getattr__(self, name): return name * 2");
                }
            });
            g.line(&format!("made = {name}()"));
            g.line("show(made.method())");
            g.line("show((len(made), made.attribute, made.nothing, isinstance(made, Base), bool(made)))");
            g.body(depth);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn a_seed_makes_one_program() {
        assert_eq!(program(7), program(7));
        assert_ne!(program(7), program(8));
    }
}
