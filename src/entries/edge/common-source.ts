/**
 * The source of a generated function without what is of its route alone. Most routes then have the same function, so the Worker
 * has it once. Workers parse every function at their start.
 */

/** What a function of the common source takes as its first argument, `$given`. */
export interface Given {
  /** The path of the route. */
  route?: string
  /** The handlers of paths without parameters, by path and method. */
  fixed?: ReadonlyMap<string, ReadonlyMap<string, FixedPath>>
}

interface FixedPath {
  /** In the list of handlers. */
  index: number
  /** For HEAD, answered by the handler of GET: without the body. */
  lengthOnly: boolean
}

const ROUTE = /\bc\.route=`([^`\\$]*)`/

const ANSWER_LENGTH =
  ".then(_ht=>getResponseLength(_ht).then((length)=>{_ht.headers.set('content-length', length)\nreturn new Response(null,{status:_ht.status,statusText:_ht.statusText,headers:_ht.headers})\n}))"
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
/** `return ht[1].composed(c)`, for any method, or for HEAD its length alone. */
const TO_HANDLER = `case '([A-Z]+)':return (?:ht\\[(\\d+)\\]\\.composed\\(c\\)|Promise\\.resolve\\(ht\\[(\\d+)\\]\\.composed\\(c\\)\\)${escaped(ANSWER_LENGTH)})\\n`
const AT_PATH = `((?:case'[^'\\\\\\n]*':)+)switch\\(r\\.method\\)\\{((?:${TO_HANDLER})+)default:break map\\n\\}`
const FIXED_PATHS = new RegExp(`map: switch\\(p\\)\\{\\n(?:${AT_PATH})+\\}`)
const LOOK_UP = `const $to=$given.fixed.get(p)?.get(r.method)
if($to!==undefined){const $answer=ht[$to.index].composed(c)
if(!$to.lengthOnly)return $answer
return Promise.resolve($answer)${ANSWER_LENGTH}}
`

/** The check of an answer with the schema of its status: a case for each status that the route declares. */
const CHECKS =
  /switch\(c\.set\.status\)\{(?:\ncase (\d+):\nif\(validator\.response\[\1\]\.Check\(r\)===false\)throw new ValidationError\('response',validator\.response\[\1\],r,false\)\nc\.set\.status=\1\nbreak\n)+\}/g
const CHECK = `{const $check=typeof c.set.status==='number'?validator.response[c.set.status]:undefined
if($check!==undefined&&$check.Check(r)===false)throw new ValidationError('response',$check,r,false)}`

/**
 * Parameters and body, as `Function(...)` takes them. `source` does the same as `written` when it is called with `given` before
 * the other arguments. What is written in an unknown way stays in the source.
 */
export function commonSource(written: readonly string[]): { source: readonly string[]; given: Given } {
  const given: Given = {}
  const body = (written.at(-1) ?? '')
    .replace(ROUTE, (_, route: string) => {
      given.route = route
      return 'c.route=$given.route'
    })
    .replace(FIXED_PATHS, (text) => {
      given.fixed = fixedPaths(text)
      return LOOK_UP
    })
    .replace(CHECKS, () => CHECK)
  return { source: ['$given', ...written.slice(0, -1), body], given }
}

function fixedPaths(text: string): NonNullable<Given['fixed']> {
  const found = new Map<string, ReadonlyMap<string, FixedPath>>()
  for (const [, paths = '', handlers = ''] of text.matchAll(new RegExp(AT_PATH, 'g'))) {
    const methods = new Map<string, FixedPath>()
    for (const [, method = '', index, ofGet] of handlers.matchAll(new RegExp(TO_HANDLER, 'g')))
      methods.set(method, { index: Number(index ?? ofGet), lengthOnly: ofGet !== undefined })
    for (const [, path = ''] of paths.matchAll(/case'([^']*)':/g)) found.set(path, methods)
  }
  return found
}
