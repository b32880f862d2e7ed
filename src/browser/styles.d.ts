/** Styles that a program imports: the build puts them into a file beside the program. */
declare module '*.css'
/** Text that a program shows as it stands. */
declare module '*.txt' {
  const text: string
  export default text
}
