import { OperatorError } from '../src/operator/failure.ts'

/** The run has no result: an answer was wrong, or a process ended. The message says which. */
export class BenchError extends OperatorError {
  constructor(title: string, detail?: string) {
    super({
      code: 'bench.failed',
      title: `${title}.`,
      remedy: 'Nothing was measured. Repeat the one scenario by its name.',
      ...(detail === undefined || detail === '' ? {} : { detail }),
    })
  }
}
