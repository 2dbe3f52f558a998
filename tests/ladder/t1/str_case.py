# Case methods, also beyond ASCII.
for s in ('hello World', 'ÄÖÜ straße', 'ǆ ŉ', 'MiXeD 123', "they're bill's", ''):
    print(s.upper(), s.lower(), s.title(), s.capitalize(), s.swapcase(), s.casefold(), sep='|')
print('ß'.upper(), 'İ'.lower() == 'i̇', 'Σ'.lower(), 'ΑΣ'.lower(), 'ﬁ'.upper())
