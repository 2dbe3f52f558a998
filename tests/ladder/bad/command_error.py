# run: -c 'x = 1\nprint(x)\nx.foo()'
# exit: 1
