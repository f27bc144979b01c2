import { option, optionTable } from '../../../src/config/option-table.js';
import { integer } from '../../../src/config/values.js';

export const notesOptions = optionTable({ 'notes.maxLength': option(integer(1, 1000), 20) });
