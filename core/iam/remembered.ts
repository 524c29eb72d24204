/** The same function, which works once for each input: text, or what `nameOf` calls it. */
export function remembered<I extends string, T>(make: (input: I) => T): (input: I) => T
export function remembered<I, T>(make: (input: I) => T, nameOf: (input: I) => string): (input: I) => T
export function remembered<I, T>(make: (input: I) => T, nameOf: (input: I) => string = String): (input: I) => T {
  const made = new Map<string, T>()
  return (input) => {
    const name = nameOf(input)
    const known = made.get(name)
    if (known !== undefined || made.has(name)) return known as T
    const value = make(input)
    made.set(name, value)
    return value
  }
}
