# Whatever is made from wide text equals the same text made otherwise: as a key, by ==, by hash.


def same(made, want):
    if not (made == want and want == made and hash(made) == hash(want) and {want: 1}.get(made) == 1):
        print("differ:", ascii(made), ascii(want))
    return 1


def check(wide, zero, minus):
    n = 0
    for text in (wide, wide + "é", "é", wide * 3):
        n += same(text * zero, "")
        n += same(zero * text, "")
        n += same(text * minus, "")
        n += same(text[zero:zero], "")
        n += same(text.replace(text, ""), "")
        n += same(text.strip(text), "")
        n += same("".join([text][:zero]), "")
        n += same(text.partition(text)[0], "")
        n += same(text.rpartition(text)[2], "")
        n += same(text.split(text)[0], "")
        n += same(text.removeprefix(text), "")
        n += same(text.removesuffix(text), "")
        n += same(text.translate(dict.fromkeys(map(ord, text))), "")
        n += same(("%s" % text)[:zero], "")
        n += same((text + "a")[len(text):], "a")
        n += same((text + "a").strip(text), "a")
        n += same((text + "a").replace(text, ""), "a")
        n += same((text + "a").partition("a")[1], "a")
        n += same((text + ",a").split(",")[1], "a")
        n += same((text + "\na").splitlines()[1], "a")
        n += same((text + "aa")[::-1][:2], "aa")
        n += same((text + "\ta").expandtabs(1)[-2:], " a")
        n += same(f"{text}{'a':>3}"[-3:], "  a")
        n += same((text + "A").lower()[-1], "a")
        n += same((text + "a")[-1] * 3, "aaa")
    grown = wide
    grown *= zero
    n += same(grown, "")
    print(n, "results")


check("日本🐍", 0, -1)
check("日", 0, -5)
