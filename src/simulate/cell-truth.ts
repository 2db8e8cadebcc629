import type { SceneBox, SeenPerson } from './scene.ts'

/** Places of a picture: rows × columns of equal size. */
export interface Grid {
  readonly rows: number
  readonly columns: number
}

/** How much more a place with a person counts than one without: there are so many more of those. */
const presentWeight = 6

/**
 * Where in the picture each label holds during a clip: [L, rows, columns]. The places around the middle of a
 * person who does it are 1; the rest of the person's box, and people for whom it is not clear, have weight 0.
 *
 * @param moments the people at each frame of the clip.
 */
export function cellTruth(
  moments: readonly (readonly SeenPerson[])[],
  options: {
    grid: Grid
    size: { readonly widthPx: number; readonly heightPx: number }
    labels: readonly string[]
    enoughOf: (label: string) => number
  },
): { target: Float32Array; weight: Float32Array } {
  const { grid, size, labels, enoughOf } = options
  const places = grid.rows * grid.columns
  const target = new Float32Array(labels.length * places)
  const weight = new Float32Array(labels.length * places).fill(1)
  const people = new Map<string, SeenPerson[]>()
  for (const person of moments.flat()) people.set(person.id, [...(people.get(person.id) ?? []), person])

  const each = (box: SceneBox, visit: (place: number) => void) => {
    const columnOf = (xPx: number) => Math.floor((xPx / size.widthPx) * grid.columns)
    const rowOf = (yPx: number) => Math.floor((yPx / size.heightPx) * grid.rows)
    const lastRow = Math.min(grid.rows - 1, rowOf(box.yPx + box.heightPx))
    const lastColumn = Math.min(grid.columns - 1, columnOf(box.xPx + box.widthPx))
    for (let row = Math.max(0, rowOf(box.yPx)); row <= lastRow; row += 1)
      for (let column = Math.max(0, columnOf(box.xPx)); column <= lastColumn; column += 1)
        visit(row * grid.columns + column)
  }

  const sure: { first: number; doing: SeenPerson[] }[] = []
  labels.forEach((label, index) => {
    const first = index * places
    for (const seen of people.values()) {
      const doing = seen.filter(({ action }) => action === label)
      const clear = doing.filter(({ visible }) => visible >= 0.5)
      const strolls = label === 'walking' && seen.some(({ action }) => action === 'loitering')
      if (doing.length === 0 && !strolls) continue
      for (const { box } of seen)
        each(box, (place) => {
          weight[first + place] = 0
        })
      if (clear.length / moments.length >= enoughOf(label)) sure.push({ first, doing: clear })
    }
  })
  // Last, so that nobody else's box takes the weight away again.
  for (const { first, doing } of sure)
    for (const { box } of doing)
      each(middle(box), (place) => {
        target[first + place] = 1
        weight[first + place] = presentWeight
      })
  return { target, weight }
}

/** The middle third of a box in both directions. */
function middle({ xPx, yPx, widthPx, heightPx }: SceneBox): SceneBox {
  return { xPx: xPx + widthPx / 3, yPx: yPx + heightPx / 3, widthPx: widthPx / 3, heightPx: heightPx / 3 }
}
