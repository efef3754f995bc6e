/* I/O of the hog that may never complete: nobody promises that the device goes on. */
void device_runs(void) __unfair
{
	complete_io(&hog_ctx);
}
