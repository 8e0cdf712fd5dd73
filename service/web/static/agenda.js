import { makeCards } from './cards.js';
import { byId } from './dom.js';
import { makeMeeting } from './meeting.js';
import { makePage } from './page.js';

const page = makePage({ draw: () => meeting.draw(), heard: () => meeting.changed() });
const meeting = makeMeeting(byId('meeting'), page, makeCards(page));
byId('meeting').querySelector('.meeting-top').append(byId('chart-toggle'));
page.start();
