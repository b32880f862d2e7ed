/** The functions that a condition may call, and what each costs at most. */

/** Macros that evaluate a part of the condition for every item of a list, with the numbers of their arguments. */
export const LOOPS: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
])

interface Signature {
  readonly args: number
  /** In steps. A step takes about 50 ns. Measured with values of the largest size. */
  readonly steps: number
}

const CLOCK_PARTS = [
  'Date',
  'DayOfMonth',
  'DayOfWeek',
  'FullYear',
  'Hours',
  'Milliseconds',
  'Minutes',
  'Month',
  'Seconds',
]

/** Called as `value.name(…)`. Parts of a time are in UTC: the library takes 100 µs for another zone. */
export const METHODS: ReadonlyMap<string, Signature> = new Map([
  ['contains', { args: 1, steps: 200 }],
  ['startsWith', { args: 1, steps: 5 }],
  ['endsWith', { args: 1, steps: 5 }],
  ['lowerAscii', { args: 0, steps: 50 }],
  ['upperAscii', { args: 0, steps: 50 }],
  ['trim', { args: 0, steps: 20 }],
  ['size', { args: 0, steps: 150 }],
  ...CLOCK_PARTS.map((part): [string, Signature] => [`get${part}`, { args: 0, steps: 5 }]),
])

/** Called as `name(…)`. `has` is checked by itself. */
export const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ['has', { args: 1, steps: 5 }],
  ['size', { args: 1, steps: 150 }],
  ['string', { args: 1, steps: 10 }],
  ['int', { args: 1, steps: 10 }],
  ['double', { args: 1, steps: 130 }],
  ['bool', { args: 1, steps: 5 }],
  ['timestamp', { args: 1, steps: 20 }],
  ['duration', { args: 1, steps: 20 }],
])
