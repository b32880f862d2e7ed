import { OperatorError } from '../src/operator/failure.ts'

/** The run has no result, because an answer was wrong or a process ended. The message names it. */
export class BenchError extends OperatorError {
  constructor(title: string, detail?: string) {
    super({
      code: 'bench.failed',
      title: `${title}.`,
      remedy: 'There is no result. Run this scenario again by its name.',
      ...(detail === undefined || detail === '' ? {} : { detail }),
    })
  }
}
