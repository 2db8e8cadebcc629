import type { Scores } from '../../../src/core/clip.ts'
import type { RealOptions } from './real-part.ts'
import { type Row, rowsOf } from './shared-footage.ts'
import { createFilmWatcher } from './watch-film.ts'

export interface ActionFilm extends Row {
  readonly scores: readonly Scores[]
}

const watched = new Map<string, Promise<ActionFilm[]>>()

/** What the model says of ten actions of nine people (Weizmann); they are watched once for all parts of a run. */
export function actionFilms(options: RealOptions): Promise<ActionFilm[]> {
  const films = watched.get(options.dir) ?? watch(options)
  watched.set(options.dir, films)
  return films
}

async function watch({ people, skeleton, smoke }: RealOptions): Promise<ActionFilm[]> {
  const watcher = await createFilmWatcher({ people, skeleton, behaviours: {}, detectFps: 10 })
  const films: ActionFilm[] = []
  try {
    for (const row of rowsOf('weizmann').filter((_, n) => !smoke || n % 30 === 0))
      films.push({ ...row, scores: (await watcher.watch(row.path)).scores })
  } finally {
    await watcher.close()
  }
  return films
}
