//! Makes a Python program from a seed.
//!
//! The program always ends: loops are counted, recursion has a budget, numbers and texts are cut to size. Every statement
//! that may raise is in a `try` that prints the exception's type (wordings differ between Python versions).

/// SplitMix64: enough for choosing, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

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
def show(v):
    try: print(type(v).__name__, repr(cut(v))[:200])
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
class Manager:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): return self
    def __exit__(self, kind, value, tb): print('exit', kind and kind.__name__); return self.swallow
"#;

struct Generator {
    random: Random,
    out: String,
    indent: usize,
    /// Variables in reach of the code being made.
    names: Vec<String>,
    functions: Vec<String>,
    fresh: usize,
    in_function: bool,
    in_loop: bool,
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
        in_function: false,
        in_loop: false,
    };
    for (name, value) in [
        ("a", "1"),
        ("b", "2.5"),
        ("c", "'text'"),
        ("d", "[1, 2, 3]"),
        ("e", "{'k': 1, 2: 'v'}"),
        ("f", "Derived(3)"),
        ("g", "(1, 'x', None)"),
        ("h", "10 ** 20"),
    ] {
        g.line(&format!("{name} = {value}"));
        g.names.push(name.to_owned());
    }
    for _ in 0..2 + g.random.below(3) {
        g.function();
    }
    for _ in 0..12 + g.random.below(14) {
        g.statement(3);
    }
    for name in g.names.clone() {
        g.line(&format!("show({name})"));
    }
    g.out
}

impl Generator {
    fn line(&mut self, text: &str) {
        for _ in 0..self.indent {
            self.out.push_str("    ");
        }
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn block(&mut self, head: &str, body: impl FnOnce(&mut Self)) {
        self.line(head);
        self.indent += 1;
        body(self);
        self.indent -= 1;
    }

    fn new_name(&mut self) -> String {
        self.fresh += 1;
        format!("v{}", self.fresh)
    }

    fn name(&mut self) -> String {
        let i = self.random.below(self.names.len());
        self.names[i].clone()
    }

    fn function(&mut self) {
        let name = format!("fun{}", self.functions.len());
        let outer =
            std::mem::replace(&mut self.names, vec!["p".into(), "q".into(), "rest".into(), "kw".into()]);
        let (was_function, was_loop) =
            (std::mem::replace(&mut self.in_function, true), std::mem::replace(&mut self.in_loop, false));
        let generator = self.random.below(4) == 0;
        self.block(&format!("def {name}(p, q=5, *rest, **kw):"), |g| {
            g.line("budget[0] -= 1");
            g.line("if budget[0] < 0: raise RuntimeError('budget')");
            for _ in 0..1 + g.random.below(4) {
                g.statement(2);
            }
            if generator {
                let (a, b) = (g.expression(2), g.expression(1));
                let n = 1 + g.random.below(4);
                g.block(&format!("for i in range({n}):"), |g| g.line(&format!("yield cut(({a}, i))")));
                g.line(&format!("return {b}"));
            } else {
                let value = g.expression(2);
                g.line(&format!("return cut({value})"));
            }
        });
        self.names = outer;
        (self.in_function, self.in_loop) = (was_function, was_loop);
        self.functions.push(if generator { format!("list({name}") } else { format!("({name}") });
    }

    fn guarded(&mut self, body: impl FnOnce(&mut Self)) {
        self.block("try:", body);
        self.line("except Exception as error: print(type(error).__name__)");
    }

    fn statement(&mut self, depth: usize) {
        match self.random.below(if depth == 0 { 5 } else { 13 }) {
            0 | 1 => {
                let (value, target) = (
                    self.expression(3),
                    if self.random.below(3) == 0 { self.new_name() } else { self.name() },
                );
                // A name that may stay unbound is bound first.
                if !self.names.contains(&target) {
                    self.line(&format!("{target} = None"));
                    self.names.push(target.clone());
                }
                self.guarded(|g| g.line(&format!("{target} = cut({value})")));
            }
            2 => {
                let (target, value) = (self.name(), self.expression(1));
                let op = self.random.pick(&["+=", "-=", "*=", "//=", "%=", "|=", "&=", "^="]);
                let value = if op == "*=" { format!("small({value})") } else { value };
                self.guarded(|g| {
                    g.line(&format!("{target} {op} {value}"));
                    g.line(&format!("{target} = cut({target})"));
                });
            }
            3 => {
                let value = self.expression(3);
                self.guarded(|g| g.line(&format!("show({value})")));
            }
            4 => {
                let (target, key, value) = (self.name(), self.expression(1), self.expression(1));
                let action = match self.random.below(5) {
                    0 => format!("{target}[{key}] = cut({value})"),
                    1 => format!("{target}.append(cut({value}))"),
                    2 => format!("del {target}[{key}]"),
                    3 => format!("{target}.a = cut({value})"),
                    _ => format!("{target}[1:small({key})] = [cut({value})]"),
                };
                self.guarded(|g| g.line(&action));
            }
            5 => {
                let condition = self.expression(2);
                self.guarded(|g| {
                    g.block(&format!("if {condition}:"), |g| g.body(depth));
                    if g.random.below(2) == 0 {
                        g.block("else:", |g| g.body(depth));
                    }
                });
            }
            6 | 7 => {
                let (name, n) = (self.new_name(), 1 + self.random.below(24));
                let source = match self.random.below(4) {
                    0 => format!("cut({})", self.expression(1)),
                    1 => "itertools.islice(itertools.cycle([1, 2.5, 'z']), 7)".into(),
                    _ => format!("range({n})"),
                };
                self.line(&format!("{name} = 0"));
                self.names.push(name.clone());
                let was = std::mem::replace(&mut self.in_loop, true);
                self.guarded(|g| {
                    g.block(&format!("for {name} in {source}:"), |g| {
                        g.line("if step(): break");
                        g.body(depth);
                        if g.random.below(4) == 0 {
                            let (word, at) = (g.random.pick(&["break", "continue"]), g.name());
                            g.line(&format!("if {at} == 3: {word}"));
                        }
                    });
                    if g.random.below(4) == 0 {
                        g.block("else:", |g| g.line("print('loop ended')"));
                    }
                });
                self.in_loop = was;
            }
            8 => {
                let counter = self.new_name();
                self.line(&format!("{counter} = 0"));
                self.names.push(counter.clone());
                let (limit, was) = (1 + self.random.below(30), std::mem::replace(&mut self.in_loop, true));
                let stop = self.new_name();
                self.line(&format!("{stop} = 0"));
                self.guarded(|g| {
                    g.block(&format!("while {stop} < {limit}:"), |g| {
                        g.line(&format!("{stop} += 1"));
                        g.line("if step(): break");
                        g.body(depth);
                    });
                });
                self.in_loop = was;
            }
            9 => {
                let (kind, value) = (
                    self.random.pick(&[
                        "ValueError",
                        "KeyError",
                        "(TypeError, IndexError)",
                        "ZeroDivisionError",
                        "Exception",
                    ]),
                    self.expression(1),
                );
                self.guarded(|g| {
                    g.block("try:", |g| {
                        g.body(depth);
                        match g.random.below(3) {
                            0 => g.line(&format!("raise ValueError(cut({value}))")),
                            1 => g.line(&format!("{value} / 0")),
                            _ => g.line(&format!("[][{value}]")),
                        }
                    });
                    g.block(&format!("except {kind} as error:"), |g| {
                        g.line("print('caught', type(error).__name__, type(error.__context__).__name__)")
                    });
                    if g.random.below(2) == 0 {
                        g.block("finally:", |g| {
                            g.line("print('finally')");
                        });
                    }
                });
            }
            10 => {
                let swallow = self.random.pick(&["True", "False"]);
                self.guarded(|g| g.block(&format!("with Manager({swallow}) as manager:"), |g| g.body(depth)));
            }
            11 => {
                let (x, y) = (self.new_name(), self.new_name());
                self.line(&format!("{x} = {y} = None"));
                let value = self.expression(2);
                self.names.extend([x.clone(), y.clone()]);
                let star = self.random.pick(&["", "*"]);
                self.guarded(|g| g.line(&format!("{x}, {star}{y} = cut({value})")));
            }
            _ => {
                let (name, captured, value) = (self.new_name(), self.name(), self.expression(1));
                self.guarded(|g| {
                    g.block(&format!("def {name}(x, y=cut({value})):"), |g| {
                        g.line(&format!("return [x, y, {captured}]"))
                    });
                    let n = 1 + g.random.below(4);
                    g.line(&format!("show([cut({name}(i)) for i in range({n})])"));
                });
            }
        }
    }

    fn body(&mut self, depth: usize) {
        let known = self.names.len();
        for _ in 0..1 + self.random.below(2) {
            self.statement(depth - 1);
        }
        // Names made inside a block may stay unbound after it.
        self.names.truncate(known);
    }

    fn literal(&mut self) -> String {
        match self.random.below(12) {
            0..=2 => self.random.below(20).to_string(),
            3 => format!("-{}", self.random.below(50)),
            4 => self
                .random
                .pick(&["(2 ** 62 - 1)", "(2 ** 61)", "(-(2 ** 63))", "(10 ** 30)", "4611686018427387903"])
                .to_owned(),
            5 => self
                .random
                .pick(&["0.5", "-1.5", "1e16", "0.1", "3.0", "1e-5", "float('inf')", "-0.0"])
                .to_owned(),
            6 => self
                .random
                .pick(&["'a'", "'héllo'", "''", "'日本🐍'", "'a,b,c'", "'12'", "'Mixed Case'"])
                .to_owned(),
            7 => self.random.pick(&["None", "True", "False", "..."]).to_owned(),
            8 => self
                .random
                .pick(&["[]", "()", "{}", "set()", "[1, 'two', 3.0]", "{'k': [1]}", "{1, 2, 3}", "range(5)"])
                .to_owned(),
            9 => self.random.pick(&["b'ab'", "slice(1, 3)", "int", "len", "1j"]).to_owned(),
            _ => self.name(),
        }
    }

    fn expression(&mut self, depth: usize) -> String {
        if depth == 0 || self.random.below(6) == 0 {
            return if self.random.below(2) == 0 { self.name() } else { self.literal() };
        }
        let a = self.expression(depth - 1);
        match self.random.below(24) {
            0..=3 => {
                let (op, b) = (
                    self.random.pick(&["+", "-", "*", "/", "//", "%", "&", "|", "^"]),
                    self.expression(depth - 1),
                );
                if op == "*" { format!("(cut({a}) * small({b}))") } else { format!("({a} {op} {b})") }
            }
            4 => format!("(cut({a}) << small({}))", self.expression(depth - 1)),
            5 => format!("({a} ** small({}))", self.expression(depth - 1)),
            6 | 7 => format!(
                "({a} {} {})",
                self.random.pick(&["<", "<=", "==", "!=", ">", ">=", "in", "not in"]),
                self.expression(depth - 1)
            ),
            8 => format!("({a} {} {})", self.random.pick(&["and", "or"]), self.expression(depth - 1)),
            9 => format!("({}{a})", self.random.pick(&["-", "not ", "~", "+"])),
            10 => format!("{a}[{}]", self.expression(depth - 1)),
            11 => {
                let (i, j) = (self.random.below(5), self.random.below(7));
                format!(
                    "{a}[{}]",
                    self.random.pick(&[
                        &format!("{i}:{j}"),
                        "::-1",
                        &format!("-{j}:"),
                        &format!("::{}", i + 1)
                    ])
                )
            }
            12 => format!("({a} if {} else {})", self.expression(depth - 1), self.expression(depth - 1)),
            13 => {
                let b = self.expression(depth - 1);
                self.random
                    .pick(&[
                        &format!("[{a}, {b}]"),
                        &format!("({a}, {b})"),
                        &format!("{{{a}: {b}}}"),
                        &format!("[*cut({a}), {b}]"),
                        &format!("{{'k': {a}, **{{'z': {b}}}}}"),
                    ])
                    .to_owned()
            }
            14 => {
                let condition = self.random.pick(&["", " if x", " if x != 2"]);
                self.random
                    .pick(&[
                        &format!("[x for x in cut({a}){condition}]"),
                        &format!("list((x, x) for x in cut({a}))"),
                        &format!("{{x: 1 for x in cut({a})}}"),
                        &format!("[[x, y] for x in cut({a}) for y in (0, 1)]"),
                    ])
                    .to_owned()
            }
            15 | 16 => {
                let f = self.random.pick(&[
                    "len",
                    "str",
                    "repr",
                    "list",
                    "tuple",
                    "bool",
                    "abs",
                    "sorted",
                    "sum",
                    "max",
                    "min",
                    "int",
                    "float",
                    "type",
                    "iter",
                    "enumerate",
                    "reversed",
                    "any",
                    "all",
                    "ascii",
                    "round",
                    "hash",
                    "set",
                    "dict",
                    "math.floor",
                    "math.sqrt",
                    "divmod",
                    "bin",
                    "callable",
                    "ord",
                    "chr",
                ]);
                match f {
                    "type" => format!("type({a}).__name__"),
                    "iter" | "enumerate" | "reversed" => format!("list({f}({a}))"),
                    // Hashes of texts and of None are a matter of seed and address.
                    "hash" => format!("(hash({a}) == hash({a}))"),
                    "divmod" => format!("divmod({a}, {})", self.expression(depth - 1)),
                    "list" | "tuple" | "sorted" | "set" => format!("{f}(cut({a}))"),
                    _ => format!("{f}({a})"),
                }
            }
            17 => {
                let b = self.expression(depth - 1);
                let method = self.random.pick(&[
                    "upper()",
                    "split(',')",
                    "strip()",
                    "keys()",
                    "items()",
                    "get('k')",
                    "index(1)",
                    "count(1)",
                    "pop()",
                    "join(['a', 'b'])",
                    "copy()",
                    "title()",
                    "bit_length()",
                    "is_integer()",
                    "total()",
                    "doubled",
                    "startswith('a')",
                    "replace('a', 'b')",
                    "isdigit()",
                    "find('l')",
                    "zfill(6)",
                    "center(9, '*')",
                    "as_integer_ratio()",
                    "kind",
                ]);
                let call = format!("cut({a}).{method}");
                if method.starts_with("keys") || method.starts_with("items") {
                    format!("list({call})")
                } else if self.random.below(3) == 0 {
                    format!("({call}, {b})")
                } else {
                    call
                }
            }
            18 => {
                let b = self.expression(depth - 1);
                let spec = self
                    .random
                    .pick(&["", "!r", "!s", ":>8", ":<6", ":05", ":.2f", ":x", ":,", ":e", ":^9", ":+"]);
                format!("f'<{{{}{spec}}}|{{{}!r}}>'", quoteless(&a), quoteless(&b))
            }
            19 => format!(
                "'{}' % ({a},)",
                self.random.pick(&["%s", "%r", "%5s|", "%d", "%.3f", "%x", "%e", "%g", "%05d", "%c"])
            ),
            20 if !self.functions.is_empty() => {
                let (i, b) = (self.random.below(self.functions.len()), self.expression(depth - 1));
                let f = self.functions[i].clone();
                self.random
                    .pick(&[
                        &format!("{f}({a}))"),
                        &format!("{f}({a}, {b}))"),
                        &format!("{f}({a}, q={b}))"),
                        &format!("{f}(*cut([{a}, {b}])))"),
                        &format!("{f}({a}, {b}, 3, z=1))"),
                    ])
                    .to_owned()
            }
            21 => format!("(lambda x, *y: (x, y))({a}, {})", self.expression(depth - 1)),
            22 => format!("Derived({a}, b={})", self.expression(depth - 1)),
            23 => format!(
                "isinstance({a}, {})",
                self.random.pick(&["int", "(str, float)", "Base", "list", "dict"])
            ),
            _ => format!("({a} is None)"),
        }
    }
}

/// An expression for the inside of an f-string: parenthesized, so that braces and colons do not end the field.
fn quoteless(expression: &str) -> String {
    format!("({expression})")
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
