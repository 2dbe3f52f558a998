# Strings: literals, escapes, concatenation, repetition, comparison, membership.
print('single', "double", '''triple
line''', 'it''s', "it's", 'say "hi"')
print('tab\there', 'back\\slash', 'nul\0end' == 'nul\x00end', '\x41\u0042\U00000043', r'raw\n')
print('a' 'b' "c", 'ab' + 'cd', 'ab' * 3, 3 * '-', '' * 9, 'x' * -2 == '')
print(len(''), len('abc'), len('äöü'), len('日本'), len('🐍'))
print('b' in 'abc', 'bc' in 'abc', 'cb' in 'abc', '' in '', 'x' not in 'abc')
print('abc' == 'abc', 'abc' < 'abd', 'a' < 'ab', 'Z' < 'a', max('hello'), min('hello'))
print(str(5), str(1.5), str(None), str([1, 'a']), str(('x',)), repr('q'), str())
for c in 'hé日🐍':
    print(c, ord(c), len(c))
