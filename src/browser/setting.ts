/** What the server has written into the page for its program. */

/** `T` is what the route of the page writes: the server and the program are of one release. */
export const readSetting = <T>(): T => JSON.parse(document.getElementById('app')?.dataset.setting ?? '{}') as T
