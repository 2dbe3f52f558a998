# repr of strings: quotes, escapes, printable and unprintable characters.
for s in ("plain", "it's", 'say "x"', 'both \' and "', 'new\nline', 'tab\t cr\r', 'back\\slash', '\x00\x07\x1b\x7f', 'é日🐍', '\x80\xad\u200b\u2028', '\ue000', '\ud800', '\U000e0001', ''):
    print(repr(s), len(s))
    print(ascii(s))
print([ '\'', "a\"b'c" ], {'k\n': 'v\t'}, ('\u00a0',))
