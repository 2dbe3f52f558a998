# Division by zero raises, whatever the operator and the types.
def attempt(name, function):
    try:
        function()
    except ZeroDivisionError:
        print(name, 'ZeroDivisionError')
    else:
        print(name, 'no error')
attempt('int /', lambda: 1 / 0)
attempt('int //', lambda: 1 // 0)
attempt('int %', lambda: 1 % 0)
attempt('float /', lambda: 1.0 / 0)
attempt('float //', lambda: 1.0 // 0.0)
attempt('float %', lambda: 1 % 0.0)
attempt('divmod', lambda: divmod(5, 0))
attempt('0 ** -1', lambda: 0 ** -1)
attempt('big //', lambda: 10 ** 40 // 0)
attempt('fine', lambda: 0 / 1)
