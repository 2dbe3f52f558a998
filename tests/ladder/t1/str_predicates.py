# The is… methods.
samples = ['', 'abc', 'ABC', 'Abc', '123', '12a', ' \t', '½', '²', '٣', 'é', 'Ǆ', '日本', 'a_1', '1a', 'a\n', '\x00', 'Hello World', 'hello World', '_']
for s in samples:
    print(ascii(s), s.isalpha(), s.isdigit(), s.isdecimal(), s.isnumeric(), s.isalnum(), s.isspace(), s.isupper(), s.islower(), s.istitle(), s.isidentifier(), s.isprintable(), s.isascii())
