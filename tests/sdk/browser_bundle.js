// What a shop's own build does with the browser SDK: one file for the page.
import * as Sentry from '@sentry/browser';
window.Sentry = Sentry;
