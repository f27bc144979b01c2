import { oauthPopup } from 'better-auth/plugins';

export default [oauthPopup()];
