/**
 * The letters of usernames, by script: the alphabets in common use of the scripts that UAX 31 recommends (table 5). The
 * ranges do not grow with the Unicode version of a runtime, so every runtime accepts the same names. Text is folded
 * before it is compared with them (`spellUsername`), so they have no capitals.
 */

type Ranges = readonly (readonly [first: number, last: number])[]

/** Scripts that are written together are one entry (UTS 39 §5.1, augmented script sets). */
const SCRIPTS: Readonly<Record<string, Ranges>> = {
  Latin: [
    [0x61, 0x7a],
    [0xdf, 0xf6],
    [0xf8, 0x137],
    [0x13a, 0x148],
    [0x14b, 0x17e],
    [0x1a1, 0x1a1],
    [0x1b0, 0x1b0],
    [0x1ce, 0x1dc],
    [0x1df, 0x1e3],
    [0x1e7, 0x1f0],
    [0x1f5, 0x1f5],
    [0x1f9, 0x21b],
    [0x21f, 0x21f],
    [0x227, 0x233],
    [0x259, 0x259],
    [0x1e01, 0x1e99],
    [0x1ea1, 0x1ef9],
  ],
  Greek: [
    [0x390, 0x390],
    [0x3ac, 0x3ce],
  ],
  Cyrillic: [
    [0x430, 0x45f],
    [0x48b, 0x52f],
  ],
  Armenian: [[0x561, 0x586]],
  Georgian: [[0x10d0, 0x10f0]],
  Hebrew: [[0x5d0, 0x5ea]],
  Arabic: [
    [0x620, 0x63a],
    [0x641, 0x64a],
    [0x66e, 0x66f],
    [0x671, 0x6d3],
    [0x6d5, 0x6d5],
  ],
  Thaana: [[0x780, 0x7b1]],
  Devanagari: [[0x901, 0x97f]],
  Bengali: [[0x981, 0x9fe]],
  Gurmukhi: [[0xa01, 0xa75]],
  Gujarati: [[0xa81, 0xaff]],
  Oriya: [[0xb01, 0xb77]],
  Tamil: [[0xb82, 0xbfa]],
  Telugu: [[0xc01, 0xc7f]],
  Kannada: [[0xc80, 0xcf3]],
  Malayalam: [[0xd00, 0xd7f]],
  Sinhala: [[0xd82, 0xdf3]],
  Thai: [[0xe01, 0xe4e]],
  Lao: [[0xe81, 0xedf]],
  Tibetan: [[0xf00, 0xfbc]],
  Myanmar: [[0x1000, 0x108f]],
  Ethiopic: [[0x1200, 0x135f]],
  Khmer: [[0x1780, 0x17d3]],
  Chinese: [
    [0x3005, 0x3007],
    [0x3400, 0x4dbf],
    [0x4e00, 0x9ffc],
    [0x3105, 0x312d],
  ],
  Japanese: [
    [0x3005, 0x3007],
    [0x3400, 0x4dbf],
    [0x4e00, 0x9ffc],
    [0x3041, 0x3096],
    [0x309d, 0x309e],
    [0x30a1, 0x30fa],
    [0x30fc, 0x30fe],
  ],
  Korean: [
    [0x3400, 0x4dbf],
    [0x4e00, 0x9ffc],
    [0xac00, 0xd7a3],
  ],
}

const includes = (ranges: Ranges, point: number): boolean =>
  ranges.some(([first, last]) => point >= first && point <= last)

/** Every letter and mark of a folded text that is one of a script, for the table of look-alikes. */
export function usernameLetters(): string[] {
  const points = new Set(
    Object.values(SCRIPTS).flatMap((ranges) =>
      ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, index) => first + index)),
    ),
  )
  return [...points].map((point) => String.fromCodePoint(point)).filter((letter) => /[\p{L}\p{M}]/u.test(letter))
}

/** True if one script has all these letters (UTS 39 §5.2, "single script"). */
export function isOfOneScript(letters: readonly string[]): boolean {
  const points = letters.map((letter) => letter.codePointAt(0) ?? 0)
  return Object.values(SCRIPTS).some((ranges) => points.every((point) => includes(ranges, point)))
}
