/** An answer that is already JSON text. */
export class JsonText {
  constructor(readonly text: string) {}
}
