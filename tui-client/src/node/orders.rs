//! Files of orders under way: one per order, there from before it is sent until its end is known.

use std::{fs, io};

use shared::ids::PackageId;

use super::places::{Places, write_whole};
use crate::app::orders::OrderFile;

pub(super) const ORDERS: &str = "orders";

impl Places {
    /// Writes an order to disk, for good.
    ///
    /// # Errors
    /// Those of the disk; then the order must not be sent.
    pub fn keep_order(&self, file: &OrderFile) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(file)?;
        write_whole(&self.state()?.join(ORDERS), &name(file.id), &text)
    }

    /// Removes the file of an order whose end is known. One that is not there is removed already.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn drop_order(&self, id: PackageId) -> io::Result<()> {
        match fs::remove_file(self.state()?.join(ORDERS).join(name(id))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Orders of earlier runs whose end is not known, oldest first, and what could not be read. A file that is no order
    /// is left alone: it may be a newer version's.
    #[must_use]
    pub fn orders(&self) -> (Vec<OrderFile>, Option<String>) {
        let Ok(directory) = self.state().map(|s| s.join(ORDERS)) else { return (Vec::new(), None) };
        let (mut files, unread) = super::places::read_all::<OrderFile>(&directory);
        files.sort_by_key(|f: &OrderFile| (f.made_at, f.id));
        (files, unread)
    }
}

fn name(id: PackageId) -> String {
    format!("{id}.json")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::order_file;

    #[test]
    fn an_order_outlives_the_client_until_its_end_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().join("state")));
        assert_eq!(places.orders(), (Vec::new(), None));
        let (first, second) = (order_file(1), order_file(2));
        places.keep_order(&second).unwrap();
        places.keep_order(&first).unwrap();
        let again = Places::find(Some(directory.path().join("state")));
        assert_eq!(again.orders().0, [first.clone(), second.clone()]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = directory.path().join("state/orders").join(name(first.id));
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        again.drop_order(first.id).unwrap();
        again.drop_order(first.id).unwrap();
        assert_eq!(places.orders().0, [second]);
    }

    #[test]
    fn a_file_that_is_no_order_is_named_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let places = Places::find(Some(directory.path().to_path_buf()));
        places.keep_order(&order_file(1)).unwrap();
        fs::write(directory.path().join("orders/odd.json"), "{").unwrap();
        let (files, unread) = places.orders();
        assert_eq!(files.len(), 1);
        assert!(unread.unwrap().contains("odd.json"));
        assert!(directory.path().join("orders/odd.json").exists());
    }
}
