import { get, scenario, type Scenario } from '../steps.js';

const QUERIES = [
  '',
  '?error=',
  '?error=state_mismatch',
  "?error=it's",
  '?error=<script>',
  '?error=a%20b',
  '?error=a&error=b',
  '?error_description=text',
  '?error=x&error_description=%3Cb%3E',
  '?error=x&error_description=a%26amp%3Bb',
  '?error=%zz',
  '?error=ä',
  '?Error=x',
  '?error=x%00',
];

export const errorPage: readonly Scenario[] = [
  scenario('the error page', ...QUERIES.map((query) => get(`/error${query}`))),
];
