# exit: 1
# Carets count columns of the shown text, not bytes.
größe = 'é日'; n = 0
wert = größe[0] + größe[1] + größe[7 + n]
