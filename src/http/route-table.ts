/**
 * Every route, from what the features declare: its method, path, mark and feature. It says what a request is for before
 * anything of a feature is loaded.
 */
import type { Feature, LoadedProblemPage, Mark } from '../core/feature.ts'
import { allowedMethods, matches, segments } from './allowed-methods.ts'
import { isMark } from './marks.ts'

export interface DeclaredRoute {
  method: string
  path: string
  mark: Mark
  feature: Feature
}

export interface RouteTable {
  routes: readonly DeclaredRoute[]
  /** The feature that answers a request, by its method and URL. Undefined: no route is at its path, or not by its method. */
  featureOf(method: string, url: string): Feature | undefined
  /** The methods of the routes at a path, for `Allow`. */
  allow(path: string): string[]
  /** Whether a route at the path of this URL takes a body of `application/x-www-form-urlencoded`. */
  takesForm(url: string): boolean
  /** Whether pages of every origin may call a route at the path of this URL. */
  isOpen(url: string): boolean
  /** Loads the page that a browser is shown when a request for a page fails. */
  problemPage: (() => LoadedProblemPage) | undefined
}

/**
 * Throws for a route without a mark that a guard knows, for two routes that answer the same requests, for a form that is
 * taken by no route, and for a feature with routes that says not where they are.
 */
export function createRouteTable(features: readonly Feature[]): RouteTable {
  const routes = features.flatMap(declaredRoutes)
  const shapes = new Map<string, DeclaredRoute>()
  /** Paths without parameters, with and without the slash at the end that the router takes too. */
  const fixed = new Map<string, Map<string, Feature>>()
  /** By method, then by number of segments. */
  const variable = new Map<string, Candidate[][]>()

  /** What stands beyond the longest route decides nothing. */
  let deepest = 1

  for (const route of routes) {
    const { method, path, feature } = route
    const expected = segments(path)
    deepest = Math.max(deepest, expected.length + 1)
    const shapeOfPath = shapeOf(expected)
    const shape = `${method} ${shapeOfPath}`
    const other = shapes.get(shape)
    if (other) throw new Error(`${method} ${path} of ${feature.name} is a route of ${other.feature.name} already`)
    shapes.set(shape, route)
    if (expected.some((segment) => segment.startsWith(':') || segment === '*')) {
      const ofMethod = variable.get(method) ?? []
      variable.set(method, ofMethod)
      const length = expected.includes('*') ? WILD : expected.length
      ofMethod[length] = [...(ofMethod[length] ?? []), { expected, shape: shapeOfPath, feature }]
      continue
    }
    for (const written of new Set([path, path.endsWith('/') ? path.slice(0, -1) : `${path}/`])) {
      const methods = fixed.get(written) ?? new Map<string, Feature>()
      fixed.set(written, methods.set(method, feature))
    }
  }
  // The router prefers what is written out to a parameter, from the left.
  for (const candidates of [...variable.values()].flat()) candidates.sort((a, b) => (b.shape < a.shape ? -1 : 1))

  const find = (methods: readonly string[], path: string): Feature | undefined => {
    const known = fixed.get(path)
    let given: string[] | undefined
    for (const method of methods) {
      const feature = known?.get(method)
      if (feature !== undefined) return feature
      const ofMethod = variable.get(method)
      if (ofMethod === undefined) continue
      given ??= partsOf(path, deepest)
      const found = firstMatch(ofMethod[given.length], given) ?? firstMatch(ofMethod[WILD], given)
      if (found !== undefined) return found
    }
    return undefined
  }
  const open = new Set(features.flatMap(({ everyOrigin = [] }) => everyOrigin.map((name) => openPath(name, shapes))))
  const forms = features.flatMap(({ forms: taken = [] }) => taken.map((name) => formPattern(name, shapes)))

  return {
    routes,
    featureOf: (method, url) => find(method === 'HEAD' ? ['HEAD', 'GET'] : [method], pathOf(url)),
    allow: (path) => allowedMethods(routes, path),
    takesForm: (url) => forms.some((form) => form.test(url)),
    isOpen: (url) => open.has(pathOf(url)),
    problemPage: features.find((feature) => feature.problemPage !== undefined)?.problemPage,
  }
}

interface Candidate {
  expected: readonly string[]
  shape: string
  feature: Feature
}

/** No path has so few segments. */
const WILD = 0

/** As `segments`, without its expressions: it is asked on every request. */
function partsOf(path: string, limit: number): string[] {
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length
  return path.slice(1, end).split('/', limit)
}

function firstMatch(candidates: readonly Candidate[] | undefined, given: readonly string[]): Feature | undefined {
  if (candidates === undefined) return undefined
  for (const { expected, feature } of candidates) if (matches(expected, given)) return feature
  return undefined
}

function declaredRoutes(feature: Feature): DeclaredRoute[] {
  const { name, paths = {}, routes } = feature
  const declared = Object.entries<Mark>(paths).map(([written, mark]) => {
    const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(written) ?? []
    if (method === undefined || path === undefined)
      throw new Error(`${name} declares ${JSON.stringify(written)}: write METHOD /path`)
    if (!isMark(mark)) throw new Error(`${written} has no access mark that is known: ${JSON.stringify(mark)}`)
    return { method, path, mark, feature }
  })
  if (declared.length > 0 && routes === undefined) throw new Error(`${name} declares routes and imports none`)
  return declared
}

/** The same for two paths that the router cannot tell apart. Sorts parameters and wildcards before all else. */
const shapeOf = (expected: readonly string[]): string =>
  expected.map((segment) => (segment === '*' ? '\u0000' : segment.startsWith(':') ? '\u0001' : segment)).join('/')

/** Such a path has no parameters. */
function openPath(written: string, shapes: ReadonlyMap<string, DeclaredRoute>): string {
  const [method, path = ''] = written.split(' ')
  if (!shapes.has(`${method} ${shapeOf(segments(path))}`) || path.includes(':'))
    throw new Error(`${written} is open to every origin and is no route without parameters`)
  return path
}

/** For whole URLs. A parameter of such a path is of small letters, digits and hyphens. A query may follow: it says where a page leads. */
function formPattern(written: string, shapes: ReadonlyMap<string, DeclaredRoute>): RegExp {
  const [method, path = ''] = written.split(' ')
  if (!shapes.has(`${method} ${shapeOf(segments(path))}`)) throw new Error(`${written} takes a form and is no route`)
  const parts = segments(path).map((part) => (part.startsWith(':') ? '[a-z0-9-]+' : part.replace(/[^\w-]/g, '\\$&')))
  return new RegExp(`^[a-z]+://[^/?#]*/${parts.join('/')}(?:\\?[^#]*)?$`)
}

/** As the router finds it; `requests` refuses a URL in which that is not its path. */
function pathOf(url: string): string {
  const start = url.indexOf('/', 11)
  const query = url.indexOf('?', start + 1)
  return query === -1 ? url.substring(start) : url.substring(start, query)
}
