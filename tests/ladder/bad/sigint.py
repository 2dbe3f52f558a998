# sigint: ready
# exit: signal 2
# stderr: last
# Ctrl-C: KeyboardInterrupt in the main thread, death by SIGINT.
print('ready', flush=True)
while True:
    pass
