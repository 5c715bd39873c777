/**
 * Work on files that a power cut may end in the middle, and which program does it. Every step that is on
 * the disk by itself has a name, so that a test can end the program before and after it.
 */
export const FILE_WORK = {
  /** The newest row is signed, in the journal. */
  checkpoint_row: 'terminal',
  /** The same as a line of the file beside it. */
  checkpoint_line: 'terminal',
  /** How far the journal is, in the file that says so. */
  head_note: 'terminal',
  /** Pages of the journal go to the file that becomes a backup. */
  backup_copy: 'terminal',
  /** That file is brought to the disk. */
  backup_sync: 'terminal',
  /** It gets its name. */
  backup_name: 'terminal',
  /** Rows are dropped and a cut is made, in one transaction. */
  cut_rows: 'compact',
  /** Checkpoints of dropped rows go from the file beside the journal. */
  cut_lines: 'compact',
  /** The room of the dropped rows is given back. */
  cut_room: 'compact',
  /** The write-ahead log goes into the journal's file. */
  cut_log: 'compact',
  /** A journal that lacks rows or has another key is accepted, in one transaction. */
  accept_row: 'accept',
  /** The checkpoints of what is missing are put aside. */
  accept_lines: 'accept',
  /** So is the word how far the journal was. */
  accept_head: 'accept',
  /** Sealed bytes are written to a file that has not got their name yet. */
  secret_write: 'scene',
  /** They get their name. */
  secret_name: 'scene',
} as const satisfies Readonly<Record<string, 'terminal' | 'compact' | 'accept' | 'scene'>>

export type FileWork = keyof typeof FILE_WORK

/** The moment before or after a piece of work on files. */
export type FilePoint = `${'before' | 'after'}_file:${FileWork}`

/** Told of every such moment that is passed. */
export type OnFilePoint = (point: FilePoint) => void

/** Does a piece of work, and tells of the moments before and after it. */
export function atFilePoints<Value>(
  onPoint: OnFilePoint | undefined,
  work: FileWork,
  run: () => Value,
): Value {
  onPoint?.(`before_file:${work}`)
  const value = run()
  onPoint?.(`after_file:${work}`)
  return value
}

/** Every moment of the work that `program` does. */
export function filePointsOf(program: (typeof FILE_WORK)[FileWork]): readonly FilePoint[] {
  return (Object.keys(FILE_WORK) as FileWork[])
    .filter((work) => FILE_WORK[work] === program)
    .flatMap((work) => [`before_file:${work}` as const, `after_file:${work}` as const])
}
