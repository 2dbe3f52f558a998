# Single inheritance: methods and attributes found along the chain, overriding.
class Animal:
    legs = 4
    def __init__(self, name):
        self.name = name
    def speak(self):
        return '...'
    def describe(self):
        return '%s says %s on %d legs' % (self.name, self.speak(), self.legs)
class Dog(Animal):
    def speak(self):
        return 'woof'
class Puppy(Dog):
    def speak(self):
        return Dog.speak(self).upper()
class Bird(Animal):
    legs = 2
for a in (Animal('it'), Dog('rex'), Puppy('bit'), Bird('tweety')):
    print(a.describe(), type(a).__name__, [c.__name__ for c in type(a).__mro__])
print(issubclass(Puppy, Animal), issubclass(Animal, Dog), isinstance(Puppy('x'), (int, Dog)))
print(Puppy.__bases__, Puppy.__base__ is Dog, Animal.__subclasses__() == [Dog, Bird])
