/** Runs statements: a pool (each on its own), or a transaction. Values are bound, never spliced into the text. */
export interface Sql {
  query<R = Readonly<Record<string, unknown>>>(text: string, values?: readonly unknown[]): Promise<SqlResult<R>>
}

export interface SqlResult<R> {
  readonly rows: R[]
  /** Rows returned or changed. */
  readonly rowCount: number
}
