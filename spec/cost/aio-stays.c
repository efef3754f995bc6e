/**
 * @scenario aio-stays: the victim's last mmput() waits for I/O that may never complete; a second candidate stands by
 */
#include "aio-never.c"
