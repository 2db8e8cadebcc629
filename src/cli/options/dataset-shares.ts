import { decimal } from './decimal.ts'
import { list } from './list.ts'
import { WrongValue } from './wrong-value.ts'

export interface DatasetShares {
  readonly train: number
  readonly validation: number
  readonly test: number
}

const read = list(decimal({ least: 0, most: 100 }))

/** Reads what of a dataset goes to which side. */
export function datasetShares(text: string): DatasetShares {
  try {
    const values = read(text)
    const [train = 0, validation = 0, test = 0] = values
    if (values.length === 3 && train + validation + test > 0) return { train, validation, test }
  } catch (thrown) {
    if (!(thrown instanceof WrongValue)) throw thrown
  }
  throw new WrongValue('give three numbers such as 0.7,0.15,0.15')
}
