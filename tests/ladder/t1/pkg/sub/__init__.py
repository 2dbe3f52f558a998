print('sub initialized')
