print('byte order mark')
