import { expect, test } from 'bun:test'
import { parseBrandImage } from '../../src/lib/brand-images.ts'

const urlOf = (svg: string) => `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
const isAccepted = (svg: string) => 'accepted' in parseBrandImage(urlOf(svg))

test('an SVG may begin with a declaration, comments and a document type', () => {
  for (const svg of [
    '<svg>',
    '\ufeff \n<svg xmlns="http://www.w3.org/2000/svg"/>',
    '<?xml version="1.0"?>\n<svg>',
    '<?xml version="1.0"?><!-- one --> <!----><!-- a > b --->\n<!DOCTYPE svg PUBLIC "x" "y">\n<!-- two --><svg\n>',
  ])
    expect([svg, isAccepted(svg)]).toEqual([svg, true])
})

test('nothing else is an SVG', () => {
  for (const svg of [
    '',
    '<svgs>',
    '<html><svg>',
    'text <svg>',
    '<?xml version="1.0"><svg>',
    '<?xml version="1.0"',
    '<!-- <svg>',
    '<!--><svg>',
    '<!DOCTYPE html><svg>',
    '<!DOCTYPE svg [<!ENTITY a "a">]><svg>',
    '<!DOCTYPE svg ',
    '<!-- one --><?xml version="1.0"?><svg>',
  ])
    expect([svg, isAccepted(svg)]).toEqual([svg, false])
})

// In a process of its own: a pattern that takes years cannot be stopped in this one. The limit ends the hang.
test('no file of a stranger holds the server up', () => {
  const full = (part: string) => part.repeat(Math.ceil(4096 / part.length))
  const hostile = [
    '<!---->',
    '<!-- -->',
    '<!---->\n ',
    '<!--',
    '-->',
    '<!DOCTYPE svg>',
    '<!DOCTYPE svg',
    '<?xml ?>',
    '<?xml',
    ' ',
    '\ufeff',
    '<',
  ].flatMap((part) => [full(part), `<?xml ?>${full(part)}x`, `${full(part)}<sv`, `<!--${full(part)}`])
  const module = Bun.resolveSync('../../src/lib/brand-images.ts', import.meta.dir)
  const { exitCode, stdout } = Bun.spawnSync({
    cmd: [
      process.execPath,
      '-e',
      `const { parseBrandImage } = await import(${JSON.stringify(module)})
       const urls = await Bun.stdin.json()
       console.log(urls.filter((url) => 'refused' in parseBrandImage(url)).length)`,
    ],
    stdin: Buffer.from(JSON.stringify(hostile.map(urlOf))),
    timeout: 60_000,
  })
  expect({ exitCode, refused: Number(stdout.toString()) }).toEqual({ exitCode: 0, refused: hostile.length })
})
