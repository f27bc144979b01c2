import { defineErrors } from '../../../src/errors/defined-errors.js';

export const notesErrors = defineErrors({
  NOTE_TOO_LONG: 'The note is too long',
  NOTES_LOCKED: 'This user is locked',
});
