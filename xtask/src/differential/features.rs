//! Statements that each try one feature in depth: patterns, generators, clean-up, special methods, slices, bytes, formats.

use super::expression::Kind;
use super::generate::Generator;
use super::tables;

impl Generator {
    /// One of the statements of this file.
    pub fn feature(&mut self, depth: usize) {
        match self.random.below(12) {
            0 => self.match_statement(depth),
            1 => self.generator_statement(),
            2 => self.clean_up(),
            3 => self.special_methods(),
            4 => self.attribute_hooks(),
            5 => self.hierarchy(),
            6 => self.slices(),
            7 => self.sets_and_views(),
            8 => self.bytes(),
            9 => self.comprehensions(),
            10 => self.groups(),
            _ => self.conversions(),
        }
    }

    /// A statement whose exception is shown.
    fn attempt(&mut self, action: &str) {
        self.line(&format!("try: {action}"));
        self.line("except Exception as error: print(type(error).__name__)");
    }

    /// Shows the value of one of `uses`.
    fn try_one(&mut self, uses: &[&str]) {
        let action = format!("show({})", self.random.pick(uses));
        self.attempt(&action);
    }

    fn number_name(&mut self, prefix: &str) -> String {
        self.fresh += 1;
        format!("{prefix}{}", self.fresh)
    }

    /// A pattern; `$` stands for a name that it binds.
    fn pattern(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self
                .random
                .pick(&["_", "$", "1", "'k'", "None", "True", "-2", "2.5", "int()", "str() as $", "int($)"])
                .to_owned();
        }
        match self.random.below(9) {
            0 => format!("[{}, *$]", self.pattern(depth - 1)),
            1 => format!("({}, {})", self.pattern(depth - 1), self.random.pick(&["_", "$", "2"])),
            2 => format!("{{'k': {}, **$}}", self.pattern(depth - 1)),
            3 => format!("Base(a={})", self.pattern(depth - 1)),
            4 => format!("Derived(a={}, b=$)", self.random.pick(&["_", "1", "$"])),
            5 => self
                .random
                .pick(&["1 | 2 | 'k'", "[1, *_] | {'z': _}", "(int() | str()) as $", "None | True"])
                .to_owned(),
            6 => "[$, *$, $]".into(),
            7 => "[]".into(),
            _ => self.random.pick(&["list($)", "dict()", "tuple([$, *_])", "float($)", "{}"]).to_owned(),
        }
    }

    fn match_statement(&mut self, depth: usize) {
        let subject = self.expression(Kind::Any, 2);
        self.line("m1 = m2 = m3 = m4 = m5 = m6 = m7 = m8 = None");
        self.guarded(|g| {
            g.block(&format!("match cut({subject}):"), |g| {
                for _ in 0..1 + g.random.below(4) {
                    // What always matches may only come last.
                    let mut pattern = match g.pattern(2) {
                        p if p.starts_with(['_', '$']) => format!("[{p}]"),
                        p => p,
                    };
                    let mut bound = 0;
                    while pattern.contains('$') {
                        bound += 1;
                        pattern = pattern.replacen('$', &format!("m{bound}"), 1);
                    }
                    let guard =
                        if g.random.one_in(4) { format!(" if {}", g.condition(1)) } else { String::new() };
                    g.block(&format!("case {pattern}{guard}:"), |g| {
                        g.line("show((m1, m2, m3, m4, m5, m6, m7, m8))");
                        g.body(depth);
                    });
                }
                g.block("case other:", |g| g.line("show(('other', other))"));
            });
        });
    }

    /// A generator with clean-up, driven by hand.
    fn generator_statement(&mut self) {
        let name = self.number_name("g");
        let (a, b, c) =
            (self.expression(Kind::Any, 1), self.expression(Kind::Any, 1), self.expression(Kind::List, 1));
        let caught = self.random.pick(&["ValueError", "Exception", "GeneratorExit", "KeyError"]);
        let after = self.random.pick(&[
            "yield 'handled'",
            "raise",
            "return 'early'",
            "raise KeyError(type(error).__name__) from error",
            "pass",
        ]);
        let n = 1 + self.random.below(3);
        self.guarded(|g| {
            g.block(&format!("def {name}(x):"), |g| {
                g.line("got = yield x");
                g.line("print('got', repr(cut(got))[:60])");
                g.block("try:", |g| {
                    g.block(&format!("for i in range({n}):"), |g| {
                        g.line(&format!("got = yield cut(({a}, i, got))"))
                    });
                    g.line(&format!("r = yield from iter(cut({c}))"));
                    g.line("yield r");
                });
                g.block(&format!("except {caught} as error:"), |g| {
                    g.line("print('in generator', type(error).__name__, error.args)");
                    g.line(after);
                });
                if g.random.one_in(2) {
                    g.block("finally:", |g| {
                        g.line("print('closing')");
                        if g.random.one_in(5) {
                            g.line("yield 'in finally'");
                        }
                    });
                }
                g.line(&format!("return cut({b})"));
            });
            g.line(&format!("it = {name}(cut({b}))"));
            for _ in 0..2 + g.random.below(5) {
                let action = match g.random.below(8) {
                    0..=2 => "next(it)".to_owned(),
                    3 => format!("it.send({})", g.random.pick(&["None", "1", "'s'", "[2]"])),
                    4 => format!(
                        "it.throw({})",
                        g.random.pick(&[
                            "ValueError(1)",
                            "KeyError('x')",
                            "GeneratorExit",
                            "ZeroDivisionError"
                        ])
                    ),
                    5 => "it.close()".into(),
                    6 => format!("list({name}(3))"),
                    _ => "(it.gi_running, it.gi_yieldfrom is None, it.gi_frame is None)".into(),
                };
                g.line(&format!("try: show({action})"));
                g.line("except StopIteration as stop: print('stop', repr(cut(stop.value))[:60])");
                g.line(
                    "except BaseException as error: print(type(error).__name__, type(error.__cause__).__name__)",
                );
            }
            // What is not exhausted would be closed at its last reference's end, which comes late here.
            g.block("for turn in range(3):", |g| {
                g.line("try: it.close()");
                g.line("except BaseException as error: print(type(error).__name__)");
            });
        });
    }

    /// `finally` against return, break, continue and raise.
    fn clean_up(&mut self) {
        let name = self.number_name("c");
        let n = 2 + self.random.below(3);
        let leave = ["return 'try'", "break", "continue", "raise ValueError(i)", "x = i", "{}[i]", "1 / 0"];
        let handle =
            ["return 'except'", "raise", "raise TypeError(i) from None", "pass", "continue", "break"];
        let end = ["pass", "pass", "return 'finally'", "raise KeyError(i)", "print('end', i)"];
        let (leave, handle, end) =
            (self.random.pick(&leave), self.random.pick(&handle), self.random.pick(&end));
        let kind =
            self.random.pick(&["ValueError", "LookupError", "(ZeroDivisionError, KeyError)", "Exception"]);
        let condition = self.condition(1);
        self.block(&format!("def {name}(n):"), |g| {
            g.block("for i in range(n):", |g| {
                g.block("try:", |g| {
                    g.block("with Manager(i % 2):", |g| {
                        g.line(&format!("if i > 0 or ({condition}): {leave}"));
                        g.line("print('body', i)");
                    });
                });
                g.block(&format!("except {kind} as error:"), |g| {
                    g.line("print('except', type(error).__name__, type(error.__context__).__name__)");
                    g.line(handle);
                });
                if g.random.one_in(2) {
                    g.block("else:", |g| g.line("print('else', i)"));
                }
                g.block("finally:", |g| {
                    g.line("print('finally', i, 'error' in locals())");
                    g.line(end);
                });
            });
            g.block("else:", |g| g.line("print('no break')"));
            g.line("return 'end'");
        });
        self.guarded(|g| g.line(&format!("show({name}({n}))")));
    }

    /// A class with operators and container methods of its own.
    fn special_methods(&mut self) {
        let name = self.number_name("S");
        let (a, b) = (self.expression(Kind::Any, 1), self.expression(Kind::Any, 1));
        let methods = tables::SPECIAL_METHODS_METHODS;
        let uses = tables::SPECIAL_METHODS_USES;
        let base = self.random.pick(&["Plain", "Base", "list", "dict", "int", "str", "tuple"]);
        self.guarded(|g| {
            g.block(&format!("class {name}({base}):"), |g| {
                g.line(&format!("v = cut({a})"));
                for _ in 0..2 + g.random.below(6) {
                    let method = g.random.pick(methods);
                    g.line(method);
                }
            });
            g.line(&format!("s = {name}()"));
            for _ in 0..5 + g.random.below(8) {
                g.try_one(uses);
            }
            let action = g.random.pick(&["s += 3", "s[1] = 'x'", "del s[0]", "s.w = 5", "s |= {1: 2}"]);
            g.attempt(action);
            g.line(&format!("show((getattr(s, 'v', 0), getattr(s, 'w', 0), cut({b})))"));
        });
    }

    /// Properties, descriptors, slots, `__getattr__` and its kin.
    fn attribute_hooks(&mut self) {
        let name = self.number_name("H");
        let a = self.expression(Kind::Any, 1);
        let parts = tables::ATTRIBUTE_HOOKS_PARTS;
        let uses = tables::ATTRIBUTE_HOOKS_USES;
        let changes = tables::ATTRIBUTE_HOOKS_CHANGES;
        self.guarded(|g| {
            g.block(&format!("class {name}(Plain):"), |g| {
                g.line(&format!("first = cut({a})"));
                for _ in 0..2 + g.random.below(4) {
                    for line in parts[g.random.below(parts.len())] {
                        g.line(line);
                    }
                }
            });
            g.line(&format!("C, h = {name}, {name}()"));
            g.block("for turn in range(3):", |g| {
                for _ in 0..4 + g.random.below(5) {
                    let action = if g.random.one_in(3) {
                        g.random.pick(changes).to_owned()
                    } else {
                        format!("show({})", g.random.pick(uses))
                    };
                    g.attempt(&action);
                }
            });
            if g.random.one_in(2) {
                g.line("class Holder: attr = h");
                g.line("show(Holder().attr if isinstance(Holder().attr, str) else 'same')");
                g.line(&format!("class Sub({name}): pass"));
                g.line("try: show((Sub.r, Sub().p))");
                g.line("except Exception as error: print(type(error).__name__)");
            }
        });
    }

    /// Several bases, `super()`, metaclasses, changed bases.
    fn hierarchy(&mut self) {
        let n = self.number_name("");
        let (a, b) = (self.expression(Kind::Any, 1), self.expression(Kind::Int, 1));
        let meta = self.random.one_in(3);
        self.guarded(|g| {
            if meta {
                g.block(&format!("class Meta{n}(type):"), |g| {
                    g.line("def __new__(m, name, bases, ns, **kw): ns['made'] = sorted(kw); return super().__new__(m, name, bases, ns)");
                    g.line("def __init__(cls, name, bases, ns, **kw): super().__init__(name, bases, ns)");
                    g.line("def __call__(cls, *args): print('call', cls.__name__.rstrip('0123456789')); return super().__call__(*args)");
                    g.line("def __getitem__(cls, k): return ('class item', k)");
                    g.line("def __len__(cls): return 11");
                    g.line("def __instancecheck__(cls, o): return isinstance(o, int)");
                });
            }
            let keyword = if meta { format!("(Plain, metaclass=Meta{n}, extra=1)") } else { "(Plain)".to_owned() };
            g.block(&format!("class A{n}{keyword}:"), |g| {
                g.line("def f(self): return ['A']");
                g.line(&format!("x = cut({a})"));
            });
            for c in ["B", "C"] {
                g.block(&format!("class {c}{n}(A{n}):"), |g| {
                    g.line(&format!("def f(self): return ['{c}'] + super().f()"));
                    if g.random.one_in(2) {
                        g.line(&format!("x = ('{c}', cut({b}))"));
                    }
                });
            }
            let order = g.random.pick(&["B C", "C B", "A B", "B", "B A"]);
            let bases: Vec<String> = order.split(' ').map(|c| format!("{c}{n}")).collect();
            g.block(&format!("class D{n}({}):", bases.join(", ")), |g| {
                g.line("def f(self): return ['D'] + super().f()");
                g.line("def g(self): return __class__.__name__[0] + super().x.__class__.__name__");
            });
            g.line(&format!("d = D{n}()"));
            g.line(&format!("show([c.__name__[0] for c in D{n}.__mro__])"));
            let uses = [
                "d.f()", "d.g()", "d.x", "isinstance(d, AA)", "isinstance(3, AA)", "issubclass(DD, BB)", "AA['k']", "len(AA)",
                "AA.made", "super(DD, d).f()", "super(BB, d).x", "type(d).__name__[0]", "DD.__bases__[0].__name__[0]",
                "[c.__name__[0] for c in AA.__subclasses__()]", "type('T', (DD,), {'f': lambda self: 'T'})().f()",
            ];
            let changes = [
                "AA.f = lambda self: ['new A']", "BB.x = 'B x'", "DD.__bases__ = (CC,)", "del BB.f", "d.__class__ = CC",
                "d.f = lambda: 'own'", "DD.__bases__ = (CC, BB)", "AA.h = property(lambda self: 'h')",
            ];
            g.block("for turn in range(3):", |g| {
                for _ in 0..6 {
                    let action = if g.random.one_in(4) {
                        g.random.pick(&changes).to_owned()
                    } else {
                        format!("show({})", g.random.pick(&uses))
                    };
                    let action = ["A", "B", "C", "D"]
                        .iter()
                        .fold(action, |text, c| text.replace(&format!("{c}{c}"), &format!("{c}{n}")));
                    g.attempt(&action);
                }
            });
        });
    }

    /// Three bounds, each absent, small, negative or far out.
    fn bounds(&mut self) -> String {
        let mut bound = || {
            self.random
                .pick(&["", "", "0", "1", "2", "-1", "-3", "5", "10 ** 20", "-10 ** 20", "None", "True"])
                .to_owned()
        };
        let (start, stop) = (bound(), bound());
        let step = self.random.pick(&["", ":", ":1", ":2", ":-1", ":-2", ":0", ":10 ** 30", ":None"]);
        format!("{start}:{stop}{step}")
    }

    fn slices(&mut self) {
        let source = self.random.pick(&[
            "list(range(8))",
            "tuple('abcdef')",
            "'abcdefg'",
            "'aé日🐍z'",
            "b'abcdef'",
            "bytearray(b'abcdefg')",
            "range(2, 30, 3)",
            "range(10, -5, -2)",
            "[]",
            "'x'",
        ]);
        self.guarded(|g| {
            g.line(&format!("q = {source}"));
            for _ in 0..4 + g.random.below(6) {
                let bounds = g.bounds();
                let action = match g.random.below(7) {
                    0 | 1 => format!(
                        "q[{bounds}] = {}",
                        g.random.pick(&["[]", "'xyz'", "b'mn'", "[1]", "range(4)", "5", "q"])
                    ),
                    2 => format!("del q[{bounds}]"),
                    3 => format!(
                        "show(q[{}])",
                        g.random.pick(&["0", "-1", "7", "-8", "10 ** 30", "'a'", "1.0", "True", "None"])
                    ),
                    4 => format!(
                        "show(slice({}).indices(7))",
                        bounds
                            .replace("::", ":")
                            .split(':')
                            .map(|b| if b.is_empty() { "None" } else { b })
                            .collect::<Vec<_>>()
                            .join(", ")
                    ),
                    _ => format!("show(q[{bounds}])"),
                };
                g.attempt(&action);
                g.line("if len(q) > 40: q = q[:6]");
            }
            g.line("show((len(q), list(q)[:8]))");
        });
    }

    fn sets_and_views(&mut self) {
        let (a, b) = (self.expression(Kind::List, 1), self.expression(Kind::Dict, 1));
        let uses = tables::SETS_AND_VIEWS_USES;
        self.guarded(|g| {
            g.line(&format!("d = cut({b})"));
            g.line("x, y = set('k1'), {1, 'k', (2,)}");
            g.line(&format!("try: x = set(cut({a}))"));
            g.line("except TypeError: print('unhashable')");
            for _ in 0..6 + g.random.below(8) {
                g.try_one(uses);
            }
            let action = g.random.pick(&[
                "x |= y",
                "x &= y",
                "x -= y",
                "x ^= y",
                "d |= {'i': 2}",
                "x |= [1]",
                "del d['k']",
            ]);
            g.attempt(action);
            g.line("show((x, d))");
        });
    }

    fn bytes(&mut self) {
        let uses = tables::BYTES_USES;
        let source = self.random.pick(&[
            "b'a,b,c'",
            "b''",
            "bytearray(b'abcabc')",
            "b'\\xff\\x00a'",
            "bytes(range(90, 100))",
        ]);
        self.guarded(|g| {
            g.line(&format!("p = {source}"));
            for _ in 0..6 + g.random.below(8) {
                g.try_one(uses);
            }
        });
    }

    fn comprehensions(&mut self) {
        let (a, b, c) = (self.expression(Kind::List, 1), self.expression(Kind::Any, 1), self.condition(1));
        let uses = tables::COMPREHENSIONS_USES;
        self.guarded(|g| {
            g.line(&format!("s, V = list(cut({a})), cut({b})"));
            for _ in 0..4 + g.random.below(5) {
                let used = g.random.pick(uses).replace("if C", &format!("if {c}"));
                g.line(&format!("try: show(({used}))"));
                g.line("except Exception as error: print(type(error).__name__)");
            }
        });
    }

    /// Exceptions: classes of the program's own, groups, notes, causes.
    fn groups(&mut self) {
        let name = self.number_name("E");
        let raised = tables::GROUPS_RAISED;
        let (first, second) = (
            self.random.pick(raised),
            self.random.pick(&["ValueError", "(KeyError, OSError)", "MyError", "Exception"]),
        );
        let third = self.random.pick(&["TypeError", "LookupError", "MyError"]);
        let body = self.random.pick(&[
            "pass",
            "raise",
            "raise RuntimeError('new')",
            "raise MyError('other') from error",
            "x = 1",
        ]);
        self.guarded(|g| {
            g.block(&format!("class {name}(ValueError):"), |g| {
                g.line("def __init__(self, *a): super().__init__(*a); self.n = len(a)");
                g.line("def __str__(self): return f'mine {self.n}'");
            });
            g.line(&format!("MyError = {name}"));
            g.block("def tree(e):", |g| {
                g.line("if isinstance(e, BaseExceptionGroup): return (type(e).__name__, [tree(x) for x in e.exceptions])");
                g.line("return (type(e).__name__.rstrip('0123456789'), str(e), type(e.__cause__).__name__.rstrip('0123456789'), e.__suppress_context__)");
            });
            g.block("try:", |g| {
                g.block("try:", |g| g.line(&format!("raise {first}")));
                g.block(&format!("except* {second} as error:"), |g| {
                    g.line("print('first', tree(error))");
                    g.line(body);
                });
                g.block(&format!("except* {third} as error:"), |g| g.line("print('second', tree(error))"));
                if g.random.one_in(2) {
                    g.block("finally:", |g| g.line("print('group done')"));
                }
            });
            g.block("except BaseException as error:", |g| {
                g.line("error.add_note('noted')");
                g.line("print('left', tree(error), error.__notes__)");
                g.line("if isinstance(error, BaseExceptionGroup): print([tree(x) if x else x for x in error.split(ValueError)], tree(error.subgroup(lambda e: True)))");
            });
        });
    }

    /// Numbers to text and back, and numbers that are large.
    fn conversions(&mut self) {
        let (a, b) = (self.expression(Kind::Int, 2), self.expression(Kind::Float, 2));
        let t = self.expression(Kind::Str, 2);
        let uses = tables::NUMBER_AND_TEXT_USES;
        self.guarded(|g| {
            g.line("n, x, t = 5, 2.5, 'text'");
            g.line(&format!("try: n = int({a})"));
            g.line("except Exception as error: print(type(error).__name__)");
            g.line(&format!("try: x = float({b})"));
            g.line("except Exception as error: print(type(error).__name__)");
            g.line(&format!("try: t = str({t})[:20]"));
            g.line("except Exception as error: print(type(error).__name__)");
            g.line("n = cut(n)");
            for _ in 0..8 + g.random.below(10) {
                g.try_one(uses);
            }
        });
    }
}
