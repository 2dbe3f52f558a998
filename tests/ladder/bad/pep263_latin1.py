# -*- coding: latin-1 -*-
# The coding line decides how bytes become text.
s = 'café'
print(len(s), s.upper())
